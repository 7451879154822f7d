// SPDX-License-Identifier: Apache-2.0
// Stand-in: ioctl as ESP-IDF's C library declares it, with a request of type int.
#ifndef STANDIN_SYS_IOCTL_H
#define STANDIN_SYS_IOCTL_H

int ioctl(int fd, int request, ...);

#endif
