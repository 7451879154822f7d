// SPDX-License-Identifier: Apache-2.0
#include "certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

enum {
  HANDSHAKES_MAX = 16,
  SESSIONS_PREPARED = 2,
  FILE_BYTES_MAX = 1 << 16,
  HOST_NAME_MAX_BYTES = 64
};

typedef struct {
  char path[OCELD_PATH_MAX];
} file_name;

// ---- where it is ----

static bool in_folder(file_name *out, const char *folder, const char *rest) {
  if (folder == NULL || folder[0] != '/') return false;
  const int n = snprintf(out->path, sizeof out->path, "%s%s", folder, rest);
  return n > 0 && (size_t)n < sizeof out->path;
}

static bool find_place(const oceld_options *o, file_name *out, oceld_failure *why) {
  if (o->tls_cert[0] != '\0') {
    memcpy(out->path, o->tls_cert, sizeof out->path);
    return true;
  }
  if (in_folder(out, getenv("STATE_DIRECTORY"), "/tls.pem") ||
      in_folder(out, getenv("XDG_STATE_HOME"), "/oceld/tls.pem") ||
      in_folder(out, getenv("HOME"), "/.local/state/oceld/tls.pem")) {
    return true;
  }
  return oceld_fail(why,
                    "tls_port needs a place for its certificate: name a file with tls_cert, "
                    "for example /var/lib/oceld/tls.pem");
}

// ---- reading ----

static char *read_all(int fd) {
  char *const text = calloc(1, FILE_BYTES_MAX + 1);
  size_t n = 0;
  ssize_t got = 1;
  while (text != NULL && got > 0 && n < FILE_BYTES_MAX) {
    got = read(fd, text + n, FILE_BYTES_MAX - n);
    if (got > 0) n += (size_t)got;
  }
  if (got == 0) return text;
  if (got > 0) errno = text == NULL ? ENOMEM : EFBIG;
  free(text);
  return NULL;
}

// The file as text; NULL with errno. To be freed.
static char *read_text(const char *path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return NULL;
  char *const text = read_all(fd);
  const int saved = errno;
  (void)close(fd);
  errno = saved;
  return text;
}

// ---- making ----

static void make_folders(const char *path) {
  file_name at;
  memcpy(at.path, path, strlen(path) + 1);
  for (char *slash = strchr(at.path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    (void)mkdir(at.path, 0700);
    *slash = '/';
  }
}

static bool write_all(int fd, const char *text) {
  for (size_t n = strlen(text); n > 0;) {
    const ssize_t written = write(fd, text, n);
    if (written < 0) return false;
    text += written;
    n -= (size_t)written;
  }
  return fsync(fd) == 0;
}

// Whole or not at all, and for nobody else's eyes.
static bool write_text(const char *path, const char *text) {
  file_name part;
  const int n = snprintf(part.path, sizeof part.path, "%s.part", path);
  if (n < 0 || (size_t)n >= sizeof part.path) {
    errno = ENAMETOOLONG;
    return false;
  }
  const int fd = open(part.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return false;
  const bool written = write_all(fd, text);
  const bool closed = close(fd) == 0;
  if (written && closed && rename(part.path, path) == 0) return true;
  const int saved = errno;
  (void)unlink(part.path);
  errno = saved;
  return false;
}

static const char *host_name(char *out) {
  if (gethostname(out, HOST_NAME_MAX_BYTES) != 0) return "oceld";
  out[HOST_NAME_MAX_BYTES - 1] = '\0';
  return out;
}

static bool make(const char *path, oceld_failure *why) {
  char pem[OCEL_TLS_PEM_MAX], name[HOST_NAME_MAX_BYTES], error[256];
  if (!ocel_tls_make_pem(host_name(name), pem, sizeof pem, error, sizeof error) &&
      !ocel_tls_make_pem("oceld", pem, sizeof pem, error, sizeof error)) {
    return oceld_fail(why, "%s", error);
  }
  make_folders(path);
  if (!write_text(path, pem)) {
    return oceld_fail(why,
                      "cannot write a certificate to %.200s: %s; name a file with tls_cert that "
                      "can be written, or one that is there",
                      path, strerror(errno));
  }
  oceld_log(OCELD_LOG_INFO, "TLS certificate made and kept in %s", path);
  return true;
}

// ---- both ----

typedef struct {
  file_name place;
  char *certificate, *key;
} material;

static void drop(material *m) {
  free(m->certificate);
  free(m->key);
}

static bool load(const oceld_options *o, material *m, oceld_failure *why) {
  const char *const path = m->place.path;
  m->certificate = read_text(path);
  if (m->certificate == NULL && errno == ENOENT && o->tls_key[0] == '\0') {
    if (!make(path, why)) return false;
    m->certificate = read_text(path);
  }
  if (m->certificate == NULL) {
    return oceld_fail(why,
                      "tls_cert: cannot read %.200s: %s; give a file with PEM text that this "
                      "user may read",
                      path, strerror(errno));
  }
  if (o->tls_key[0] == '\0') return true;
  m->key = read_text(o->tls_key);
  if (m->key != NULL) return true;
  return oceld_fail(why,
                    "tls_key: cannot read %.200s: %s; give a file with PEM text that this user "
                    "may read",
                    o->tls_key, strerror(errno));
}

static bool gather(const oceld_options *o, material *m, oceld_failure *why) {
  memset(m, 0, sizeof *m);
  return find_place(o, &m->place, why) && load(o, m, why);
}

static void log_fingerprint(const ocel_tls *tls, const char *path) {
  oceld_log(OCELD_LOG_INFO, "TLS certificate %s, SHA-256 %s", path, ocel_tls_fingerprint(tls));
}

ocel_tls *oceld_certificate_open(const oceld_options *o, unsigned sessions, oceld_failure *why) {
  material m;
  ocel_tls *tls = NULL;
  if (gather(o, &m, why)) {
    char error[256];
    const ocel_tls_config cfg = {.certificate = m.certificate,
                                 .key = m.key,
                                 .sessions = (uint16_t)(sessions + HANDSHAKES_MAX),
                                 .prepared = SESSIONS_PREPARED,
                                 .handshakes = HANDSHAKES_MAX};
    tls = ocel_tls_open(&cfg, error, sizeof error);
    if (tls == NULL) (void)oceld_fail(why, "%.200s: %s", m.place.path, error);
    if (tls != NULL) log_fingerprint(tls, m.place.path);
  }
  drop(&m);
  return tls;
}

bool oceld_certificate_reload(ocel_tls *tls, const oceld_options *o, oceld_failure *why) {
  material m;
  bool ok = gather(o, &m, why);
  if (ok) {
    char error[256];
    ok = ocel_tls_reload(tls, m.certificate, m.key, error, sizeof error) ||
         oceld_fail(why, "%.200s: %s", m.place.path, error);
  }
  if (ok) log_fingerprint(tls, m.place.path);
  drop(&m);
  return ok;
}
