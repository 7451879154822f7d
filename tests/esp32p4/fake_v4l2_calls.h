// SPDX-License-Identifier: Apache-2.0
// Put before source_esp_video.c by the compiler: its system calls go to the fake device.
#ifndef FAKE_V4L2_CALLS_H
#define FAKE_V4L2_CALLS_H

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

int fake_v4l2_open(const char *path, int flags);
int fake_v4l2_ioctl(int fd, int request, void *arg);
int fake_v4l2_close(int fd);

#define open(...) fake_v4l2_open(__VA_ARGS__)
#define ioctl(...) fake_v4l2_ioctl(__VA_ARGS__)
#define close(...) fake_v4l2_close(__VA_ARGS__)

#endif
