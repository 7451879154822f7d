// SPDX-License-Identifier: Apache-2.0
// Connects as users of npm's `onvif` do, and prints what it got as JSON.
// usage: node onvif_connect.js HOST PORT USER PASSWORD
const { Cam } = require('onvif');
const [hostname, port, username, password] = process.argv.slice(2);

function fail(error) {
  console.error(String(error));
  process.exit(1);
}

const camera = new Cam({ hostname, port: Number(port), username, password, timeout: 10000 },
  (error) => {
    if (error) fail(error);
    camera.getStreamUri({ protocol: 'RTSP' }, (failed, stream) => {
      if (failed) fail(failed);
      camera.getSnapshotUri((missing, snapshot) => {
        if (missing) fail(missing);
        console.log(JSON.stringify({
          profiles: camera.profiles.map((p) => p.name),
          sources: camera.videoSources.$ ? 1 : camera.videoSources.length,
          active: camera.activeSource,
          stream: stream.uri,
          snapshot: snapshot.uri,
        }));
      });
    });
  });
