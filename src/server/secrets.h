// SPDX-License-Identifier: Apache-2.0
// What is kept of passwords, of answers to challenges, and of addresses that guess.
#ifndef OCEL_SERVER_SECRETS_H
#define OCEL_SERVER_SECRETS_H

#include "ocel/credentials.h"
#include "ocel/rtsp_auth.h"

enum {
  OCEL__HTTP_NONCE_SIZE = 32,  // hexadecimal digits
  OCEL__NONCES = 16,           // of HTTP, whose counts are watched
};

// What is kept of the credentials: H(A1) in hexadecimal digits.
typedef struct {
  bool set, allow_basic;
  uint8_t name_n;
  uint8_t name[OCEL_CREDENTIAL_MAX];
  uint8_t md5[32], sha256[OCEL_DIGEST_MAX];
} ocel__secret;

// Whose they are.
enum { OCEL__VIEWER, OCEL__ADMIN, OCEL__USERS };

// A nonce of HTTP and which of its counts have been used: `last`, and bit n for `last` - n.
typedef struct {
  uint32_t made, random, last, used;
} ocel__nonce;

typedef struct {
  ocel_addr peer;
  uint32_t failures;   // 0: the entry is free
  ocel_us last, told;  // when one was counted, and when an event told of it
} ocel__suspicion;

#endif
