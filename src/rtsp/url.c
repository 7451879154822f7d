// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "ocel/rtsp_headers.h"
#include "text.h"

enum { TRACK_DIGITS_MAX = 2 };

static const char TRACK[] = "trackID=";

static bool readable(ocel_span url) {
  for (size_t i = 0; i < url.n; i++) {
    if (url.p[i] < 0x21 || url.p[i] > 0x7e) return false;
  }
  return url.n > 0;
}

// Length of "rtsp://" or "rtsps://"; 0 for anything else.
static size_t scheme_size(ocel_span url) {
  static const char SCHEME[][9] = {"rtsp://", "rtsps://"};
  for (size_t i = 0; i < sizeof SCHEME / sizeof SCHEME[0]; i++) {
    const size_t n = strlen(SCHEME[i]);
    if (url.n >= n && ocel_text_eq(ocel_span_make(url.p, n), SCHEME[i])) return n;
  }
  return 0;
}

static size_t authority_size(ocel_span s) {
  size_t n = 0;
  while (n < s.n && s.p[n] != '/' && s.p[n] != '?') n++;
  return n;
}

// False for "", ":8554", "user@" and "user:pass@:8554". A '@' in the credentials that ought to
// be percent-encoded is one of theirs: the last one ends them.
static bool has_host(ocel_span authority) {
  size_t host = authority.n;
  while (host > 0 && authority.p[host - 1] != '@') host--;
  return host < authority.n && authority.p[host] != ':';
}

static ocel_span without_slashes(ocel_span s) {
  while (s.n > 0 && s.p[s.n - 1] == '/') s.n--;
  return s;
}

// Takes a last segment "trackID=N", trailing slashes or not, off `s`; empty, with `s` unchanged,
// if there is none.
static ocel_span take_control(ocel_span *s) {
  const ocel_span whole = without_slashes(*s);
  size_t start = whole.n;
  while (start > 0 && whole.p[start - 1] != '/') start--;
  if (start == 0) return ocel_span_make(NULL, 0);
  const ocel_span control = ocel_span_make(whole.p + start, whole.n - start);
  if (ocel_rtsp_control_track(control) < 0) return ocel_span_make(NULL, 0);
  *s = without_slashes(ocel_span_make(s->p, start));
  return control;
}

ocel_err ocel_rtsp_url_parse(ocel_span url, ocel_rtsp_url *out) {
  *out = (ocel_rtsp_url){.asterisk = url.n == 1 && url.p[0] == '*'};
  if (out->asterisk) return OCEL_OK;
  if (!readable(url)) return OCEL_ERR_SYNTAX;

  if (url.p[0] != '/') {
    const size_t scheme = scheme_size(url);
    if (scheme == 0) return OCEL_ERR_SYNTAX;
    const ocel_span behind = ocel_span_make(url.p + scheme, url.n - scheme);
    const size_t authority = authority_size(behind);
    if (!has_host(ocel_span_make(behind.p, authority))) return OCEL_ERR_SYNTAX;
    out->base = ocel_span_take(&url, scheme + authority);
  }
  out->path = ocel__cut(url, '?', &out->query);
  out->control = take_control(&out->query);
  if (out->control.n == 0) out->control = take_control(&out->path);
  out->query = without_slashes(out->query);
  return OCEL_OK;
}

// Skips a run of '/' and says whether there was one in front of something.
static bool skip_slashes(ocel_span *s) {
  const size_t before = s->n;
  while (s->n > 0 && s->p[0] == '/') (void)ocel_span_take(s, 1);
  return s->n < before && s->n > 0;
}

bool ocel_rtsp_path_is(ocel_span asked, ocel_span stream_path) {
  for (;;) {
    if (skip_slashes(&asked) != skip_slashes(&stream_path)) return false;
    if (asked.n == 0 || stream_path.n == 0) return asked.n == stream_path.n;
    if (ocel_span_take(&asked, 1).p[0] != ocel_span_take(&stream_path, 1).p[0]) return false;
  }
}

int ocel_rtsp_control_track(ocel_span control) {
  const size_t name = sizeof TRACK - 1;
  uint32_t track;
  if (control.n <= name || control.n > name + TRACK_DIGITS_MAX) return -1;
  if (memcmp(control.p, TRACK, name) != 0) return -1;
  if (!ocel_text_uint(ocel_span_make(control.p + name, control.n - name), 99, &track)) return -1;
  return (int)track;
}

ocel_span ocel_query_value(ocel_span query, const char *name) {
  const ocel_span wanted = ocel_span_str(name);
  ocel_span value;
  while (query.n > 0) {
    const ocel_span part = ocel__cut(query, '&', &query);
    if (ocel_span_eq(ocel__cut(part, '=', &value), wanted)) return value;
  }
  return ocel_span_make(NULL, 0);
}
