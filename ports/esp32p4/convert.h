// SPDX-License-Identifier: Apache-2.0
// RGB565 to the encoder's YUV 4:2:0 (O_UYY_E_VYY), limited range, BT.601: by the PPA, or by the
// CPU where the PPA refuses.
#ifndef OCEL_P4_CONVERT_H
#define OCEL_P4_CONVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// One picture. The output has width * 3 / 2 bytes a line and no gap between lines.
typedef struct {
  const uint8_t *rgb;  ///< RGB565, little-endian.
  uint32_t stride;     ///< Bytes a line of `rgb`; even, at least 2 * width.
  uint16_t width;      ///< Pixels; even, not 0.
  uint16_t height;     ///< Pixels; even, not 0.
  uint8_t *yuv;        ///< Not overlapping `rgb`. For the PPA on a cache line.
  size_t yuv_size;     ///< At least width * height * 3 / 2. For the PPA whole cache lines.
} ocel_convert_job;

/// Whether `job` keeps what its fields say, the PPA's conditions excepted.
bool ocel_convert_valid(const ocel_convert_job *job);

/// Converts on the CPU; false if the job is not valid. Every value is within 1 of the exact one;
/// U and V come from the mean of four pixels.
bool ocel_convert_cpu(const ocel_convert_job *job);

typedef enum {
  OCEL_PPA_OK,
  OCEL_PPA_REFUSED,  ///< Will never convert a job of this form.
  OCEL_PPA_BUSY,     ///< No memory or no place in its queue: may work with the next picture.
} ocel_ppa_result;

/// Registers with the PPA; NULL if that fails.
void *ocel_convert_ppa_open(void);

/// Converts and waits for the end.
ocel_ppa_result ocel_convert_ppa(void *client, const ocel_convert_job *job);

/// NULL is allowed.
void ocel_convert_ppa_close(void *client);

/// Converts by the best way that works. Plain data; one task.
typedef struct {
  void *ppa;
  uint32_t by_ppa, by_cpu;  ///< Pictures, modulo 2^32.
} ocel_converter;

void ocel_converter_open(ocel_converter *c);

/// False only if the job is not valid.
bool ocel_converter_run(ocel_converter *c, const ocel_convert_job *job);

void ocel_converter_close(ocel_converter *c);

#ifdef __cplusplus
}
#endif
#endif
