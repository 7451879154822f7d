// SPDX-License-Identifier: Apache-2.0
// Threads: the first one waits for signals and tells the state of things once a second; one runs
// the server's loop; one is the source's, unless it is one that the loop can step.
#include "serve.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "addresses.h"
#include "certificate.h"
#include "events.h"
#include "http.h"
#include "log.h"
#include "ocel/loop.h"
#include "ocel/retransmission.h"
#include "monitor.h"
#include "networks.h"
#include "onvif.h"
#include "password.h"
#include "report.h"
#include "signals.h"
#include "snapshot.h"
#include "source.h"
#include "streams.h"

typedef struct {
  oceld_options options;
  oceld_source *source;
  bool stepped;  // The source has no thread of its own.
  oceld_streams streams;
  oceld_snapshots *snapshots;
  oceld_onvif onvif;
  ocel_tls *tls;  // NULL: RTSP only.
  ocel_loop *loop;
  oceld_monitor monitor;
  bool monitored;
  oceld_http http;
  pthread_t main_thread;
  int loop_result;  // Of ocel_loop_run; read after its thread has ended.
} program;

// ---- in the loop's thread ----

static bool want_snapshot(program *p, const ocel_event *e) {
  return oceld_snapshots_want(p->snapshots, e, oceld_streams_ring(&p->streams, e->a));
}

static void on_event(void *ctx, const ocel_event *e, const ocel_addr *peer) {
  program *p = ctx;
  oceld_event_log(e, peer);
  if (e->code == OCEL_EVENT_KEYFRAME_WANTED) {
    oceld_streams_want_key(&p->streams, e->a, ocel_loop_now());
  }
  if (e->code == OCEL_EVENT_SNAPSHOT_WANTED && !want_snapshot(p, e)) {
    oceld_streams_want_key(&p->streams, e->a, ocel_loop_now());  // It rests; or just begins.
  }
}

static void on_wake(void *ctx, ocel_us now) {
  program *p = ctx;
  if (p->stepped) ocel_loop_wake_at(p->loop, oceld_source_step(p->source, now));
  oceld_streams_look(&p->streams, ocel_loop_server(p->loop), now);
  oceld_monitor_update(&p->monitor, now);
  oceld_snapshots_collect(p->snapshots, now);
}

static void *run_loop(void *arg) {
  program *p = arg;
  p->loop_result = ocel_loop_run(p->loop);
  oceld_signals_tell_ended(p->main_thread);
  return NULL;
}

// ---- in the source's thread ----

static void wake(void *ctx) { ocel_loop_wake(ctx); }

// ---- in the first thread ----

static void configure(const oceld_options *o, ocel_server_config *cfg) {
  ocel_server_defaults(cfg);
  cfg->max_clients = (uint16_t)o->max_clients;
  // Some room for those who ask, are refused, and go.
  cfg->max_connections = (uint16_t)(o->max_clients + o->max_clients / 4 + 8);
  cfg->max_connections_per_address = (uint16_t)o->max_connections_per_address;
  oceld_failure why;  // The option has been read before.
  (void)oceld_networks_read(o->allowed_ips, cfg->allowed, &cfg->allowed_count, &why);
  cfg->request_buffers = (uint16_t)(o->max_clients / 8 + 8);
  cfg->payload_max = (uint16_t)o->payload_max;
  (void)oceld_options_multicast(o, &cfg->multicast, &cfg->multicast_ttl);
  cfg->session_timeout = o->session_timeout * OCEL_SECOND;
}

static bool open_source(program *p, oceld_source_traits *traits, oceld_failure *why) {
  const oceld_options *o = &p->options;
  oceld_source_config cfg = {.fps = o->fps};
  oceld_failure inner;
  cfg.audio = (ocel_codec)o->audio;
  cfg.type = oceld_options_source(o, &cfg.path);
  oceld_streams_ask(&p->streams, &cfg);
  p->source = oceld_source_open(&cfg, traits, &inner);
  if (p->source == NULL) return oceld_fail(why, "source %.100s: %.380s", o->source, inner.text);
  oceld_log(OCELD_LOG_INFO, "source %s: %s", o->source, traits->description);
  return true;
}

static bool open_tls(program *p, unsigned connections, oceld_failure *why) {
  if (oceld_options_tls_port(&p->options) == 0) return true;
  p->tls = oceld_certificate_open(&p->options, connections, why);
  return p->tls != NULL;
}

static bool open_loop(program *p, oceld_failure *why) {
  const oceld_options *o = &p->options;
  ocel_server_config server = {0};
  configure(o, &server);
  server.max_streams = (uint16_t)p->streams.count;
  p->streams.connections = server.max_connections;
  if (!open_tls(p, server.max_connections, why)) return false;
  bool http_optional;
  const uint16_t http_port = oceld_options_http_port(o, &http_optional);
  const ocel_loop_config cfg = {.bind = o->bind,
                                .port = (uint16_t)o->port,
                                .tls = p->tls,
                                .tls_port = oceld_options_tls_port(o),
                                .http_port = http_port,
                                .http_port_optional = http_optional,
                                .rtp_port = (uint16_t)o->rtp_port,
                                .rtcp_port = (uint16_t)o->rtcp_port,
                                .dscp = (uint8_t)o->dscp,
                                .tcp_pace = o->tcp_pace / 8,
                                .server = &server,
                                .on_event = on_event,
                                .on_wake = on_wake,
                                .ctx = p};
  p->loop = ocel_loop_open(&cfg, why->text, sizeof why->text);
  if (p->loop == NULL) return false;
  ocel_server_set_retransmission(ocel_loop_server(p->loop), (ocel_retransmission)o->retransmission);
  oceld_http_tell(o, p->loop, why->text);
  if (!oceld_password_apply(o, ocel_loop_server(p->loop), why)) return false;
  if (!oceld_http_add(&p->http, p->loop, why)) return false;
  const uint16_t wanted = o->stats[0] != '\0' ? server.max_connections : 0;
  p->monitored =
      oceld_monitor_init(&p->monitor, ocel_loop_server(p->loop), p->streams.count, wanted);
  p->monitor.tls = p->tls;
  return p->monitored || oceld_fail(why, "out of memory");
}

static bool open_onvif(program *p, const oceld_source_traits *traits, oceld_failure *why) {
  if (ocel_loop_http_port(p->loop) == 0 || p->options.onvif == 0) return true;
  p->onvif.options = &p->options;
  p->onvif.streams = &p->streams;
  p->onvif.loop = p->loop;
  return oceld_onvif_open(&p->onvif, traits, why);
}

static bool start_source(program *p, const oceld_source_traits *traits, oceld_failure *why) {
  ocel_server *server = ocel_loop_server(p->loop);
  if (!oceld_streams_add(&p->streams, server, p->source, traits, why)) {
    return false;
  }
  p->snapshots = oceld_snapshots_open(server, wake, p->loop, why);
  if (p->snapshots == NULL) return false;
  if (!open_onvif(p, traits, why)) return false;
  ocel_ring *ring = oceld_streams_ring(&p->streams, 0);
  p->stepped = oceld_source_start_stepped(p->source, ring, wake, p->loop);
  return p->stepped || oceld_source_start(p->source, ring, wake, p->loop, why);
}

static bool start(program *p, oceld_failure *why) {
  oceld_source_traits traits[OCELD_STREAMS_MAX];
  oceld_streams_choose(&p->streams, &p->options);
  if (!open_source(p, traits, why)) return false;  // May take long; a signal ends it at once.
  oceld_signals_block();
  return open_loop(p, why) && start_source(p, traits, why);
}

static void log_url(void *ctx, const char *url) {
  (void)ctx;
  oceld_log(OCELD_LOG_INFO, "Stream URL: %s", url);
}

static void tell_urls(const program *p, const char *path) {
  const oceld_place plain = {"rtsp", ocel_loop_port(p->loop), path};
  const oceld_place secure = {"rtsps", ocel_loop_tls_port(p->loop), path};
  oceld_addresses_tell(p->options.bind, &plain, log_url, NULL);
  if (p->tls != NULL) oceld_addresses_tell(p->options.bind, &secure, log_url, NULL);
}

static void reload(program *p, int argc, char *const *argv) {
  oceld_options next;
  oceld_command_line line;
  oceld_failure why;
  if (!oceld_settings_load(argc, argv, &next, &line, &why)) {
    oceld_log(OCELD_LOG_ERROR, "nothing is changed: %s", why.text);
    return;
  }
  const bool changed = oceld_settings_apply_live(&p->options, &next);
  // The files may say something else even if their names have not changed.
  if (p->tls != NULL && !oceld_certificate_reload(p->tls, &p->options, &why)) {
    oceld_log(OCELD_LOG_ERROR, "the TLS certificate stays as it is: %s", why.text);
  }
  if (!changed) return;
  oceld_streams_tune(&p->streams, &p->options);
  oceld_log_set_level((oceld_log_level)p->options.log_level);
}

static void stop(program *p) {
  oceld_log(OCELD_LOG_INFO, "ending");
  ocel_loop_stop(p->loop);
}

// Until the loop's thread has ended.
static void supervise(program *p, int argc, char *const *argv) {
  oceld_report report = {.stats_path = p->options.stats, .streams = p->streams.items};
  bool stopping = false;
  for (;;) {
    switch (oceld_signals_wait()) {
      case OCELD_WAKE_TICK:
        report.log_interval = p->options.stats_interval;
        oceld_report_now(&report, &p->monitor);
        break;
      case OCELD_WAKE_RELOAD: reload(p, argc, argv); break;
      case OCELD_WAKE_STOP:
        if (stopping) _Exit(EXIT_FAILURE);
        stopping = true;
        stop(p);
        break;
      case OCELD_WAKE_ENDED: oceld_report_end(); return;
    }
  }
}

static bool serve(program *p, int argc, char *const *argv, oceld_failure *why) {
  pthread_t thread;
  const int e = pthread_create(&thread, NULL, run_loop, p);
  if (e != 0) return oceld_fail(why, "cannot start a thread: %s", strerror(e));
  oceld_log(OCELD_LOG_INFO, "RTSP Server setup complete");
  for (unsigned i = 0; i < p->streams.count; i++) tell_urls(p, p->streams.items[i].path);
  supervise(p, argc, argv);
  (void)pthread_join(thread, NULL);
  if (p->loop_result == 0) return true;
  return oceld_fail(why, "the network loop has failed: %s", strerror(p->loop_result));
}

static void release(program *p) {
  oceld_source_close(p->source);
  if (p->monitored) oceld_monitor_free(&p->monitor);
  oceld_onvif_close(&p->onvif);
  ocel_loop_close(p->loop);
  oceld_snapshots_close(p->snapshots);
  ocel_tls_close(p->tls);
  oceld_streams_free(&p->streams);
}

bool oceld_serve(const oceld_options *options, int argc, char *const *argv, oceld_failure *why) {
  program p = {.options = *options, .main_thread = pthread_self()};
  oceld_log_set_level((oceld_log_level)options->log_level);
  const bool ok = start(&p, why) && serve(&p, argc, argv, why);
  oceld_signals_unblock();
  release(&p);
  return ok;
}
