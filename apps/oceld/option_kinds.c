// SPDX-License-Identifier: Apache-2.0
#include "option_kinds.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "group.h"
#include "networks.h"

// Every refusal reads the same: the value, then what to write instead.
static bool refuse(const oceld_option *option, const char *value, oceld_failure *why) {
  char wanted[160];
  oceld_kind_rules_of(option->kind)->describe(option, wanted, sizeof wanted);
  return oceld_fail(why, "\"%.200s\" is not allowed; give %s", value, wanted);
}

// Reads decimal digits; false if there is none, or too many for any range.
static bool digits(const char **s, uint64_t *out) {
  const char *p = *s;
  uint64_t v = 0;
  for (; *p >= '0' && *p <= '9'; p++) {
    if (v > UINT32_MAX) return false;
    v = v * 10 + (uint64_t)(*p - '0');
  }
  const bool any = p != *s;
  *s = p;
  *out = v;
  return any;
}

static bool store(const oceld_option *option, uint64_t v, void *field) {
  if (v < option->low || v > option->high) return false;
  const uint32_t narrow = (uint32_t)v;
  memcpy(field, &narrow, sizeof narrow);
  return true;
}

static bool read_integer(const oceld_option *option, const char *value, void *field,
                         oceld_failure *why) {
  const char *s = value;
  uint64_t v;
  if (digits(&s, &v) && *s == '\0' && store(option, v, field)) return true;
  return refuse(option, value, why);
}

static void describe_integer(const oceld_option *option, char *out, size_t size) {
  (void)snprintf(out, size, "a whole number from %" PRIu32 " to %" PRIu32, option->low,
                 option->high);
}

static uint64_t unit_of(char c, uint64_t k) {
  if (c == 'k' || c == 'K') return k;
  if (c == 'M') return k * k;
  return c == 'G' ? k * k * k : 1;
}

// "1.5M" with k = 1000 or 1024: digits, a fraction if a unit follows, the unit.
static bool scaled(const char *s, uint64_t k, uint64_t *out) {
  uint64_t whole, part = 0, place = 1;
  if (!digits(&s, &whole)) return false;
  if (*s == '.') {
    const char *from = ++s;
    if (!digits(&s, &part) || s - from > 6) return false;
    for (; from < s; from++) place *= 10;
  }
  const uint64_t unit = unit_of(*s, k);
  if (unit > 1) s++;
  if (place > unit || *s != '\0') return false;  // No half bits.
  *out = whole * unit + part * unit / place;
  return true;
}

static bool read_scaled(const oceld_option *option, const char *value, void *field,
                        oceld_failure *why) {
  uint64_t v;
  const uint64_t k = option->kind == OCELD_BYTES ? 1024 : 1000;
  if (scaled(value, k, &v) && store(option, v, field)) return true;
  return refuse(option, value, why);
}

static void describe_bits(const oceld_option *option, char *out, size_t size) {
  (void)snprintf(out, size, "%" PRIu32 " to %" PRIu32 " bits per second, for example 2M or 500k",
                 option->low, option->high);
}

static void describe_bytes(const oceld_option *option, char *out, size_t size) {
  (void)snprintf(out, size, "%" PRIu32 "M to %" PRIu32 "M bytes, for example 8M", option->low >> 20,
                 option->high >> 20);
}

static bool read_choice(const oceld_option *option, const char *value, void *field,
                        oceld_failure *why) {
  for (uint32_t i = 0; option->words[i] != NULL; i++) {
    if (strcmp(value, option->words[i]) != 0) continue;
    memcpy(field, &i, sizeof i);
    return true;
  }
  return refuse(option, value, why);
}

static void describe_choice(const oceld_option *option, char *out, size_t size) {
  size_t used = 0;
  out[0] = '\0';
  for (size_t i = 0; option->words[i] != NULL && used < size; i++) {
    const char *joint = i == 0 ? "" : option->words[i + 1] == NULL ? " or " : ", ";
    const int n = snprintf(out + used, size - used, "%s%s", joint, option->words[i]);
    used += (size_t)n;
  }
}

// YUV 4:2:0 has one colour sample for two by two pixels, so both sides are even.
static bool read_size(const oceld_option *option, const char *value, void *field,
                      oceld_failure *why) {
  const char *s = value;
  uint64_t side[2] = {0, 0};
  bool ok = digits(&s, &side[0]) && *s == 'x';
  if (ok) s++;
  ok = ok && digits(&s, &side[1]) && *s == '\0';
  for (size_t i = 0; i < 2; i++) {
    ok = ok && side[i] >= option->low && side[i] <= option->high && side[i] % 2 == 0;
  }
  if (!ok) return refuse(option, value, why);
  const oceld_size size = {(uint32_t)side[0], (uint32_t)side[1]};
  memcpy(field, &size, sizeof size);
  return true;
}

static void describe_size(const oceld_option *option, char *out, size_t size) {
  (void)snprintf(out, size,
                 "width x height, both even and from %" PRIu32 " to %" PRIu32
                 ", for example 1280x720",
                 option->low, option->high);
}

static bool parse_rate(const char *s, uint64_t *numerator, uint64_t *denominator) {
  *denominator = 1;
  if (!digits(&s, numerator)) return false;
  if (*s == '/') {
    s++;
    return digits(&s, denominator) && *s == '\0';
  }
  if (*s == '.') {
    const char *from = ++s;
    uint64_t part;
    if (!digits(&s, &part) || s - from > 3) return false;
    for (; from < s; from++) *denominator *= 10;
    *numerator = *numerator * *denominator + part;
  }
  return *s == '\0';
}

static bool read_rate(const oceld_option *option, const char *value, void *field,
                      oceld_failure *why) {
  uint64_t n, d;
  const bool ok = parse_rate(value, &n, &d) && d > 0 && d <= 1000000 && n >= option->low * d &&
                  n <= option->high * d;
  if (!ok) return refuse(option, value, why);
  const oceld_rate rate = {(uint32_t)n, (uint32_t)d};
  memcpy(field, &rate, sizeof rate);
  return true;
}

static void describe_rate(const oceld_option *option, char *out, size_t size) {
  (void)snprintf(out, size,
                 "pictures per second from %" PRIu32 " to %" PRIu32
                 ", for example 25, 29.97 or 30000/1001",
                 option->low, option->high);
}

static bool copy_text(const oceld_option *option, const char *value, char *field,
                      oceld_failure *why) {
  const size_t n = strlen(value);
  if (n >= option->room) {
    return oceld_fail(why, "the text is too long (%zu bytes); at most %zu fit", n,
                      option->room - 1);
  }
  memset(field, 0, option->room);  // oceld_option_equal compares the whole field.
  memcpy(field, value, n + 1);
  return true;
}

// The characters of a path in a URL (RFC 3986 3.3) that need no escape.
static bool is_url_path(const char *s) {
  static const char ALLOWED[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@/";
  return s[0] == '/' && s[1] != '\0' && s[strspn(s, ALLOWED)] == '\0';
}

static bool read_url_path(const oceld_option *option, const char *value, void *field,
                          oceld_failure *why) {
  if (!is_url_path(value)) return refuse(option, value, why);
  return copy_text(option, value, field, why);
}

static void describe_url_path(const oceld_option *option, char *out, size_t size) {
  (void)snprintf(out, size,
                 "a path that begins with '/' and has only letters, digits and -._~ "
                 "between slashes, for example %s",
                 option->initial);
}

static bool read_address(const oceld_option *option, const char *value, void *field,
                         oceld_failure *why) {
  struct in6_addr any;
  const bool ok = value[0] == '\0' || inet_pton(AF_INET, value, &any) == 1 ||
                  inet_pton(AF_INET6, value, &any) == 1;
  return ok ? copy_text(option, value, field, why) : refuse(option, value, why);
}

static void describe_address(const oceld_option *option, char *out, size_t size) {
  (void)option;
  (void)snprintf(out, size,
                 "a numeric address of this machine, for example 127.0.0.1 or ::1; leave the "
                 "option out for all of them");
}

static bool read_networks(const oceld_option *option, const char *value, void *field,
                          oceld_failure *why) {
  ocel_network list[OCEL_NETWORKS_MAX];
  uint8_t count;
  if (!oceld_networks_read(value, list, &count, why)) return false;
  return copy_text(option, value, field, why);
}

static void describe_networks(const oceld_option *option, char *out, size_t size) {
  (void)option;
  (void)snprintf(out, size, "up to %u networks, for example 192.168.1.0/24,fd00::/8",
                 OCEL_NETWORKS_MAX);
}

static bool read_multicast(const oceld_option *option, const char *value, void *field,
                           oceld_failure *why) {
  ocel_addr group;
  uint8_t ttl;
  if (value[0] != '\0' && !oceld_group_read(value, &group, &ttl, why)) return false;
  return copy_text(option, value, field, why);
}

static void describe_multicast(const oceld_option *option, char *out, size_t size) {
  (void)option;
  (void)snprintf(out, size, "a group such as 239.255.12.42:5006:1 or [ff15::12]:5006");
}

static bool read_source(const oceld_option *option, const char *value, void *field,
                        oceld_failure *why) {
  const char *colon = strchr(value, ':');
  const bool ok =
      strcmp(value, "test") == 0 ||
      ((strncmp(value, "file:", 5) == 0 || strncmp(value, "v4l2:", 5) == 0) && colon[1] != '\0');
  return ok ? copy_text(option, value, field, why) : refuse(option, value, why);
}

static void describe_source(const oceld_option *option, char *out, size_t size) {
  (void)option;
  (void)snprintf(out, size, "test, file:PATH or v4l2:DEVICE, for example v4l2:/dev/video0");
}

static bool read_text(const oceld_option *option, const char *value, void *field,
                      oceld_failure *why) {
  for (const char *s = value; *s != '\0'; s++) {
    if ((unsigned char)*s < ' ') return refuse(option, value, why);
  }
  return copy_text(option, value, field, why);
}

static void describe_text(const oceld_option *option, char *out, size_t size) {
  (void)snprintf(out, size, "one line of at most %zu bytes", option->room - 1);
}

static bool read_username(const oceld_option *option, const char *value, void *field,
                          oceld_failure *why) {
  bool ok = value[0] != '\0' && strpbrk(value, ":\"\\\x7f") == NULL;
  for (const char *s = value; *s != '\0'; s++) ok = ok && (unsigned char)*s >= ' ';
  return ok ? copy_text(option, value, field, why) : refuse(option, value, why);
}

static void describe_username(const oceld_option *option, char *out, size_t size) {
  (void)snprintf(out, size, "1 to %zu bytes, none of them a colon, quote or backslash",
                 option->room - 1);
}

static bool read_password(const oceld_option *option, const char *value, void *field,
                          oceld_failure *why) {
  if (value[0] != '\0') return copy_text(option, value, field, why);
  return oceld_fail(why, "it is empty; give 1 to %zu bytes", option->room - 1);
}

static void describe_password(const oceld_option *option, char *out, size_t size) {
  (void)snprintf(out, size, "1 to %zu bytes", option->room - 1);
}

static bool read_file(const oceld_option *option, const char *value, void *field,
                      oceld_failure *why) {
  return copy_text(option, value, field, why);
}

static void describe_file(const oceld_option *option, char *out, size_t size) {
  (void)option;
  (void)snprintf(out, size, "the name of a file");
}

const oceld_kind_rules *oceld_kind_rules_of(oceld_kind kind) {
  static const oceld_kind_rules RULES[OCELD_KIND_COUNT] = {
      [OCELD_INTEGER] = {read_integer,   describe_integer  },
      [OCELD_BITS] = {read_scaled,    describe_bits     },
      [OCELD_BYTES] = {read_scaled,    describe_bytes    },
      [OCELD_CHOICE] = {read_choice,    describe_choice   },
      [OCELD_SIZE] = {read_size,      describe_size     },
      [OCELD_RATE] = {read_rate,      describe_rate     },
      [OCELD_URL_PATH] = {read_url_path,  describe_url_path },
      [OCELD_ADDRESS] = {read_address,   describe_address  },
      [OCELD_NETWORKS] = {read_networks,  describe_networks },
      [OCELD_MULTICAST] = {read_multicast, describe_multicast},
      [OCELD_SOURCE] = {read_source,    describe_source   },
      [OCELD_FILE] = {read_file,      describe_file     },
      [OCELD_TEXT] = {read_text,      describe_text     },
      [OCELD_USERNAME] = {read_username,  describe_username },
      [OCELD_PASSWORD] = {read_password,  describe_password },
  };
  return &RULES[kind];
}
