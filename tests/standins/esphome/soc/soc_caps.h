// SPDX-License-Identifier: Apache-2.0
#pragma once
#define SOC_RTC_FAST_MEM_SUPPORTED 0
