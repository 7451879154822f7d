// SPDX-License-Identifier: Apache-2.0
#include "convert.h"

void ocel_converter_open(ocel_converter *c) {
  *c = (ocel_converter){.ppa = ocel_convert_ppa_open()};
}

void ocel_converter_close(ocel_converter *c) {
  ocel_convert_ppa_close(c->ppa);
  c->ppa = NULL;
}

bool ocel_converter_run(ocel_converter *c, const ocel_convert_job *job) {
  if (!ocel_convert_valid(job)) return false;
  if (c->ppa != NULL) {
    const ocel_ppa_result rc = ocel_convert_ppa(c->ppa, job);
    if (rc == OCEL_PPA_OK) {
      c->by_ppa++;
      return true;
    }
    if (rc == OCEL_PPA_REFUSED) ocel_converter_close(c);  // it would refuse each picture
  }
  c->by_cpu++;
  return ocel_convert_cpu(job);
}
