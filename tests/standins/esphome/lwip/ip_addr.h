// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdint.h>
#include <arpa/inet.h>
#define LWIP_IPV6 0
typedef struct {
  uint32_t addr;
} ip4_addr_t;
typedef ip4_addr_t ip_addr_t;
typedef struct {
  uint32_t addr;
} esp_ip4_addr_t;
typedef uint8_t u8_t;
typedef uint32_t u32_t;
typedef struct {
  union {
    esp_ip4_addr_t ip4;
  } u_addr;
  uint8_t type;
} esp_ip_addr_t;
#define ip_addr_set_zero(a) ((a)->addr = 0)
#define ip_addr_copy(to, from) ((to) = (from))
#define ip_addr_isany(a) ((a)->addr == 0)
#define ip_addr_ismulticast(a) (((a)->addr & 0xf0u) == 0xe0u)
#define ip_addr_cmp(a, b) ((a)->addr == (b)->addr)
#define IP_IS_V4(a) 1
#define IP_IS_V6(a) 0
#define IP_ADDR4(a, b, c, d, e) \
  ((a)->addr = (uint32_t)(b) | (uint32_t)(c) << 8 | (uint32_t)(d) << 16 | (uint32_t)(e) << 24)
#define ip_2_ip4(a) (a)
#ifdef __cplusplus
extern "C" {
#endif
int ipaddr_aton(const char *text, ip_addr_t *out);
char *ipaddr_ntoa(const ip_addr_t *a);
char *ipaddr_ntoa_r(const ip_addr_t *a, char *text, int size);
#ifdef __cplusplus
}
#endif
#define IPADDR_STRLEN_MAX 46
