// SPDX-License-Identifier: Apache-2.0
// The options of oceld: one table that drives the command line, the YAML file, --help, the
// errors, and what a SIGHUP may change.
#ifndef OCELD_OPTIONS_H
#define OCELD_OPTIONS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ocel/addr.h"
#include "ocel/format.h"
#include "failure.h"

/// Width and height of a picture; 0 x 0: the source's own.
typedef struct {
  uint32_t width, height;
} oceld_size;

/// Pictures per second as a fraction; 0/1: the source's own.
typedef struct {
  uint32_t numerator, denominator;
} oceld_rate;

/// Where the pictures come from.
typedef enum { OCELD_SOURCE_TEST, OCELD_SOURCE_FILE, OCELD_SOURCE_V4L2 } oceld_source_type;

#define OCELD_PATH_MAX 4096u

#define OCELD_STREAMS_MAX 4u

/// One of several streams. What is not given is as in oceld_options; see stream_options.h.
typedef struct {
  uint32_t given;   ///< Bits of the options that were set, by their number.
  oceld_size size;  ///< 0 x 0: the source's own.
  uint32_t bitrate, gop, qp_min, qp_max;
  uint32_t codec, quality;  ///< As those of oceld_options.
  uint32_t audio;           ///< 1: with the source's sound.
  uint32_t start;           ///< An ocel_start.
  uint32_t on_demand;       ///< 1: encoded only while somebody watches.
  char path[64], name[64];
} oceld_stream_options;

/// Everything that can be set. Plain data; compared and copied as a whole.
typedef struct {
  uint32_t port;
  uint32_t rtp_port, rtcp_port;
  uint32_t tls_port;   ///< As given; oceld_options_tls_port says what follows from it.
  uint32_t http_port;  ///< As given; oceld_options_http_port says what follows from it.
  uint32_t max_clients, max_connections_per_address;
  uint32_t dscp;
  uint32_t tcp_pace;          ///< Bits per second; 0: no pace.
  uint32_t retransmission;    ///< An ocel_retransmission.
  uint32_t bitrate;           ///< Bits per second.
  uint32_t adaptive_bitrate;  ///< 1: by what the viewers' networks carry, min_bitrate to bitrate.
  uint32_t min_bitrate;
  uint32_t gop;  ///< Pictures from one IDR to the next.
  uint32_t qp_min, qp_max;
  uint32_t codec;    ///< As given; oceld_options_codec says it as ocel_codec.
  uint32_t quality;  ///< Of MJPEG, 1..100.
  uint32_t audio;    ///< An ocel_codec; OCEL_CODEC_H264: no sound.
  uint32_t start;    ///< An ocel_start.
  uint32_t payload_max;
  uint32_t session_timeout;   ///< Seconds.
  uint32_t ring_size;         ///< Bytes; 0: by the source's rate.
  uint32_t allow_basic;       ///< 1: outside TLS too.
  uint32_t stats_interval;    ///< Seconds between lines of statistics in the log; 0: none.
  uint32_t onvif, discovery;  ///< 1: yes, with http_port.
  uint32_t log_level;         ///< An oceld_log_level.
  oceld_size size;
  oceld_rate fps;
  char stream_path[64];
  char allowed_ips[1024];  ///< "": everybody.
  char multicast[64];      ///< GROUP[:PORT[:TTL]]; "": none.
  char bind[64];           ///< Numeric address; "": every address.
  char source[OCELD_PATH_MAX];
  char stats[OCELD_PATH_MAX];  ///< "": none.
  char tls_cert[OCELD_PATH_MAX], tls_key[OCELD_PATH_MAX];
  char username[64], password[64];  ///< "": none, both or neither.
  char password_file[OCELD_PATH_MAX];
  char admin_username[64], admin_password[64];  ///< "": none, both or neither.
  char admin_password_file[OCELD_PATH_MAX];
  char onvif_name[64];
  uint32_t stream_count;  ///< 0: the one stream that the options above describe.
  oceld_stream_options streams[OCELD_STREAMS_MAX];
} oceld_options;

/// How an option's value is written.
typedef enum {
  OCELD_INTEGER,
  OCELD_BITS,    ///< Bits per second: 2000000, 2000k, 2M, 1.5M.
  OCELD_BYTES,   ///< 8388608, 8192K, 8M (units of 1,024).
  OCELD_CHOICE,  ///< One word of `words`.
  OCELD_SIZE,    ///< 1280x720.
  OCELD_RATE,    ///< 30, 29.97, 30000/1001.
  OCELD_URL_PATH,
  OCELD_ADDRESS,
  OCELD_NETWORKS,   ///< 192.168.1.0/24,fd00::/8; in YAML also as a list.
  OCELD_MULTICAST,  ///< 239.1.2.3, 239.1.2.3:6000:4, [ff15::1]:6000.
  OCELD_SOURCE,     ///< test, file:PATH, v4l2:DEVICE.
  OCELD_FILE,
  OCELD_TEXT,  ///< Anything of at most 63 bytes, without line breaks.
  OCELD_USERNAME,
  OCELD_PASSWORD,  ///< Never repeated in a message.
  OCELD_KIND_COUNT
} oceld_kind;

typedef struct {
  const char *name;  ///< As in YAML; on the command line with dashes.
  oceld_kind kind;
  uint32_t low, high;    ///< Range of numbers, inclusive.
  const char *initial;   ///< The default as a user would write it; "": empty or zero.
  const char *metavar;   ///< What --help shows as the value.
  const char *help;      ///< One line, without the range.
  const char *words[8];  ///< OCELD_CHOICE: in the order of the field's values, NULL-terminated.
  size_t offset, room;   ///< The field in oceld_options.
  bool live;             ///< A running program can change it.
} oceld_option;

/// The table; `*count` gets its length. Static.
const oceld_option *oceld_option_table(size_t *count);

/// The option of that name, dashes and underscores being the same; NULL if there is none.
const oceld_option *oceld_option_find(const char *name);

/// The name that `name` was probably meant to be; NULL if nothing is near.
const oceld_option *oceld_option_nearest(const char *name);

/// Fills in every default.
void oceld_options_defaults(oceld_options *o);

/// Reads `value` into its field.
///
/// @param why  On failure: what is wrong with the value and what to write instead; the
///             caller puts the option's name in front.
bool oceld_option_set(oceld_options *o, const oceld_option *option, const char *value,
                      oceld_failure *why);

/// Checks what no single option can be blamed for.
bool oceld_options_check(const oceld_options *o, oceld_failure *why);

/// True if both hold the same value of `option`.
bool oceld_option_equal(const oceld_options *a, const oceld_options *b, const oceld_option *option);

/// Splits `source` into its type and the path behind the colon ("" for the test picture).
oceld_source_type oceld_options_source(const oceld_options *o, const char **path);

/// What pictures are encoded as: OCEL_CODEC_H264 or OCEL_CODEC_JPEG.
ocel_codec oceld_options_codec(const oceld_options *o);

/// The port of RTSPS; 0: none. Without tls_port it is 8322 when there is a tls_cert.
uint16_t oceld_options_tls_port(const oceld_options *o);

/// The port of HTTP; 0: none. Without http_port it is 8080, unless another listener has that.
/// @param optional  Gets true if nobody asked for it: it may be missing. May be NULL.
uint16_t oceld_options_http_port(const oceld_options *o, bool *optional);

/// What `multicast` says, with TTL 1 and the port that RTP is sent from where it says nothing:
/// gortsplib (MediaMTX) takes packets from no other. 5004 if that one is odd or not known.
///
/// @return False if it is empty.
bool oceld_options_multicast(const oceld_options *o, ocel_addr *group, uint8_t *ttl);

/// Writes --help.
void oceld_options_help(FILE *out);

#endif
