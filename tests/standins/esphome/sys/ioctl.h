// SPDX-License-Identifier: Apache-2.0
#pragma once
#define FIONBIO 0x8004667e
#define FIONREAD 0x4004667f
#ifdef __cplusplus
extern "C" int ioctl(int fd, int request, ...);
#else
int ioctl(int fd, int request, ...);
#endif
