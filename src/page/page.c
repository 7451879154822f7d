// SPDX-License-Identifier: Apache-2.0
#include "page.h"

#include "page_data.inc"
