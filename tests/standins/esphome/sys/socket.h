// SPDX-License-Identifier: Apache-2.0
/* The BSD names of lwIP's sockets, which are declared in tests/standins/idf/lwip/sockets.h. */
#pragma once
#include <lwip/sockets.h>
static inline int socket(int d, int t, int p) { return lwip_socket(d, t, p); }
static inline int accept(int s, struct sockaddr *a, socklen_t *l) { return lwip_accept(s, a, l); }
static inline int bind(int s, const struct sockaddr *a, socklen_t l) { return lwip_bind(s, a, l); }
static inline int connect(int s, const struct sockaddr *a, socklen_t l) {
  return lwip_connect(s, a, l);
}
static inline int listen(int s, int b) { return lwip_listen(s, b); }
static inline int shutdown(int s, int h) { return lwip_shutdown(s, h); }
static inline int getpeername(int s, struct sockaddr *a, socklen_t *l) {
  return lwip_getpeername(s, a, l);
}
static inline int getsockname(int s, struct sockaddr *a, socklen_t *l) {
  return lwip_getsockname(s, a, l);
}
static inline int getsockopt(int s, int lv, int n, void *v, socklen_t *l) {
  return lwip_getsockopt(s, lv, n, v, l);
}
static inline int setsockopt(int s, int lv, int n, const void *v, socklen_t l) {
  return lwip_setsockopt(s, lv, n, v, l);
}
static inline ssize_t recv(int s, void *m, size_t n, int f) { return lwip_recv(s, m, n, f); }
static inline ssize_t recvfrom(int s, void *m, size_t n, int f, struct sockaddr *a, socklen_t *l) {
  return lwip_recvfrom(s, m, n, f, a, l);
}
static inline ssize_t send(int s, const void *m, size_t n, int f) { return lwip_send(s, m, n, f); }
static inline ssize_t sendto(int s, const void *m, size_t n, int f, const struct sockaddr *a,
                             socklen_t l) {
  return lwip_sendto(s, m, n, f, a, l);
}
static inline ssize_t sendmsg(int s, const struct msghdr *m, int f) {
  return lwip_sendmsg(s, m, f);
}
