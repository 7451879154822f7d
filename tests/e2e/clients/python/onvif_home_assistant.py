# SPDX-License-Identifier: Apache-2.0
"""The calls of Home Assistant's ONVIF integration in their order, with the library that it uses.

usage: onvif_home_assistant.py HOST PORT USER PASSWORD

Prints what it got as JSON.
"""

import asyncio
import json
import os
import sys

import onvif


async def main(host: str, port: str, user: str, password: str) -> dict:
    wsdl = os.path.join(os.path.dirname(onvif.__file__), "wsdl")
    device = onvif.ONVIFCamera(host, int(port), user, password, wsdl, no_cache=True)
    try:
        return await setup(device)
    finally:
        await device.close()


async def setup(device: onvif.ONVIFCamera) -> dict:
    # The dialogue that adds the camera.
    await device.update_xaddrs()
    management = await device.create_devicemgmt_service()
    interfaces = await management.GetNetworkInterfaces()
    media = await device.create_media_service()
    profiles = await media.GetProfiles()
    # The setup of the entry.
    await device.update_xaddrs()
    capabilities = await device.get_capabilities()
    date = await management.GetSystemDateAndTime()
    information = await management.GetDeviceInformation()
    media_capabilities = await media.GetServiceCapabilities()
    uris = []
    for profile in profiles:
        request = media.create_type("GetStreamUri")
        request.ProfileToken = profile.token
        request.StreamSetup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
        uris.append((await media.GetStreamUri(request)).Uri)
    snapshots = []
    if media_capabilities.SnapshotUri:
        for profile in profiles:
            snapshots.append((await media.GetSnapshotUri({"ProfileToken": profile.token})).Uri)
    return {
        "mac": [i.Info.HwAddress for i in interfaces if i.Enabled],
        "profiles": [
            [p.token, p.Name, p.VideoEncoderConfiguration.Encoding,
             p.VideoEncoderConfiguration.Resolution.Width,
             p.VideoEncoderConfiguration.Resolution.Height]
            for p in profiles
        ],
        "capabilities": sorted(name for name, value in capabilities.items() if value),
        "year": date.UTCDateTime.Date.Year,
        "information": [information.Manufacturer, information.Model, information.SerialNumber],
        "snapshot": media_capabilities.SnapshotUri,
        "uris": uris,
        "snapshots": snapshots,
    }


print(json.dumps(asyncio.run(main(*sys.argv[1:]))))
