// SPDX-License-Identifier: Apache-2.0
#ifndef FEIGN_ROOM_H
#define FEIGN_ROOM_H

/// Makes the loop look at `fd` again as if the kernel had made room: what follows a short write
/// that was feigned. To be called in the loop's thread, from a replaced call.
void feign_room(int fd);

#endif
