// SPDX-License-Identifier: Apache-2.0
/* The host's c++config.h describes glibc/Linux: take back what newlib does not have. */
#pragma GCC system_header
#include_next <bits/c++config.h>
#undef _GLIBCXX_HAVE_LINUX_FUTEX
#undef _GLIBCXX_NATIVE_THREAD_ID
#undef _GLIBCXX_HAVE_GETS
#undef _GLIBCXX_HAVE_QUICK_EXIT
#undef _GLIBCXX_HAVE_AT_QUICK_EXIT
#undef _GLIBCXX_HAVE_ALIGNED_ALLOC
#undef _GLIBCXX_HAVE_TIMESPEC_GET
#undef _GLIBCXX_USE_CLOCK_MONOTONIC_SYSCALL
#undef _GLIBCXX_USE_GET_NPROCS
#undef _GLIBCXX_USE_FLOAT128
#undef _GLIBCXX_HAS_GTHREADS
#undef _GLIBCXX_HAVE_UCHAR_H
#undef _GLIBCXX_USE_UCHAR_C8RTOMB_MBRTOC8_CXX20
