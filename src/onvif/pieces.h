// SPDX-License-Identifier: Apache-2.0
// Pieces that several answers share, and what else both media services have in common.
#ifndef OCEL_ONVIF_PIECES_H
#define OCEL_ONVIF_PIECES_H

#include "action.h"

extern const char OCEL__DEVICE_CAPABILITIES[];
extern const char OCEL__MEDIA_CAPABILITIES[];

// What is between the tags of a configuration.
extern const char OCEL__VIDEO_SOURCE[], OCEL__SOUND_SOURCE[];
extern const char OCEL__VIDEO_ENCODER[], OCEL__VIDEO_ENCODER_H264[], OCEL__SOUND_ENCODER[];
extern const char OCEL__NO_MULTICAST[];  // and the session's timeout

ocel__onvif_when ocel__is_h264, ocel__is_jpeg, ocel__has_sound, ocel__source_sounds;

// Reads "PREFIXn" from a field. False if it is another token.
bool ocel__token_number(const ocel__onvif_request *r, ocel__soap_field field, const char *prefix,
                        uint8_t *out);

// Makes the answer one about the stream, or source, that the field's token names.
ocel__onvif_fault ocel__choose_stream(const ocel__onvif_request *r, ocel__soap_field field,
                                      const char *prefix, ocel__onvif_fault missing);
ocel__onvif_fault ocel__choose_source(const ocel__onvif_request *r, ocel__soap_field field,
                                      const char *prefix, ocel__onvif_fault missing);

// Does SetVideoEncoderConfiguration; what it does not name stays as it is.
ocel__onvif_fault ocel__set_video(const ocel__onvif_request *r);

#endif
