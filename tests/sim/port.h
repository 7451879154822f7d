// SPDX-License-Identifier: Apache-2.0
// The port between the virtual network and the engine. Does what include/ocel/server.h asks of a
// port, in every way it allows: reads and writes of any size, any order, late ticks, a full UDP
// socket, failed sends, a task that is held up.
#ifndef SIM_PORT_H
#define SIM_PORT_H

#include "group.h"
#include "net_tcp.h"
#include "observer.h"

#include "ocel/server.h"

enum { PORT_GONE = 64, PORT_SPANS_MAX = 64, PORT_BATCHES_MAX = 8 };

typedef struct {
  uint32_t short_write;  ///< Of 1000 writes, how many take less than they could.
  uint32_t early_block;  ///< Of 1000 of those, how many say that the connection is full.
  uint32_t send_failed;  ///< Of 1000 datagram batches, how many are given up.
  uint32_t socket_full;  ///< Of 1000 looks at the datagrams, how many meet a full socket.
  ocel_us late;          ///< A tick comes up to so much after the deadline.
  uint32_t busy;         ///< Of 1000 rounds, after how many the task is held up ...
  ocel_us busy_max;      ///< ... for at most so long.
} port_profile;

/// Datagrams that wait to be read.
typedef struct port_inbox {
  struct port_inbox *next;
  ocel_port port;
  ocel_addr from;
  observer *sender;  ///< NULL: nobody with a connection.
  size_t n;
  uint8_t data[];
} port_inbox;

typedef struct port {
  sim_clock *clock;
  rng rng;
  port_profile profile;
  ocel_server *srv;
  const ocel_server_config *cfg;
  uint32_t max_connections;
  uint32_t segments_max;
  uint32_t payload_max;
  group *group;
  tcp_link **conn;            ///< By the engine's number.
  observer *gone[PORT_GONE];  ///< Whose connection has ended lately.
  unsigned gone_next;
  tcp_link **ready;  ///< To be looked at.
  size_t ready_n, ready_cap;
  port_inbox *inbox, **inbox_end;
  uint8_t *scratch;
  size_t scratch_cap;
  ocel_us run_at;  ///< The next round; OCEL_NEVER.
  ocel_us busy_until, udp_full_until;
  bool stopping;     ///< The engine was told to shut down.
  bool dismissed;    ///< It was told to let everybody leave.
  bool caused;       ///< Something but the deadline asked for the next round.
  uint32_t open;     ///< Connections that the engine has.
  unsigned overdue;  ///< Rounds in a row after which the deadline had passed already.
  ocel_us second;    ///< The virtual second that is being counted ...
  uint32_t idle;     ///< ... rounds in it that only the deadline caused, in vain.
  uint32_t idle_max;
  uint64_t failed;       ///< Datagrams given up.
  uint32_t turned_away;  ///< Connections that were not let in.
  uint64_t rounds, tasks;
  void (*after)(void *ctx);  ///< Called after each round.
  void *ctx;
} port;

void port_init(port *p, sim_clock *clock, rng random, const port_profile *profile);
void port_free(port *p);

/// Hands over the engine; `cfg` is what it was made with.
void port_attach(port *p, ocel_server *srv, const ocel_server_config *cfg);

/// A link has something for the server (tcp_notify_fn).
void port_notify(void *p, tcp_link *link);

/// A datagram has arrived (udp_sink.fn of the server); its sender is an observer or NULL.
void port_datagram(void *p, const udp_packet *packet);

/// Looks whether one address has more connections than its share.
void port_check_shares(const port *p);

/// Tells the engine to shut down.
void port_shutdown(port *p);

/// Tells the engine to end all sessions.
void port_disconnect(port *p);

/// A producer has committed.
void port_wake(void *p);

#endif
