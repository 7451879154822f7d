// SPDX-License-Identifier: Apache-2.0
/* stands in for libstdc++'s config/os/newlib/os_defines.h */
#ifndef _GLIBCXX_OS_DEFINES
#define _GLIBCXX_OS_DEFINES 1
#include <sys/cdefs.h>
#include <sys/features.h>
#undef _GLIBCXX_USE_FLOAT128
#endif
