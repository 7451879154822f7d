// SPDX-License-Identifier: Apache-2.0
// live555 as the benchmark's peer: one shared stream of an Annex B clip, looped; live555's own
// framer cuts and paces it.
//
//   live555_server CLIP PORT        serves rtsp://127.0.0.1:PORT/stream
#include <BasicUsageEnvironment.hh>
#include <liveMedia.hh>

#include <cstdio>
#include <cstdlib>

namespace {

// Bytes of a file, from the beginning again after the end.
class LoopedFile : public FramedSource {
 public:
  LoopedFile(UsageEnvironment &env, const char *path)
      : FramedSource(env), file_(std::fopen(path, "rb")) {}
  bool ok() const { return file_ != nullptr; }

 protected:
  ~LoopedFile() override {
    if (file_ != nullptr) std::fclose(file_);
  }

  void doGetNextFrame() override {
    fFrameSize = static_cast<unsigned>(std::fread(fTo, 1, fMaxSize, file_));
    if (fFrameSize == 0) {
      std::rewind(file_);
      fFrameSize = static_cast<unsigned>(std::fread(fTo, 1, fMaxSize, file_));
    }
    nextTask() = envir().taskScheduler().scheduleDelayedTask(0, afterGetting, this);
  }

 private:
  static void afterGetting(void *source) {
    FramedSource::afterGetting(static_cast<FramedSource *>(source));
  }

  std::FILE *file_;
};

class LoopedSubsession : public H264VideoFileServerMediaSubsession {
 public:
  LoopedSubsession(UsageEnvironment &env, const char *path)
      : H264VideoFileServerMediaSubsession(env, path, True) {}

 protected:
  FramedSource *createNewStreamSource(unsigned, unsigned &kbps) override {
    auto *file = new LoopedFile(envir(), fFileName);
    kbps = 4000;
    if (!file->ok()) {
      Medium::close(file);
      return nullptr;
    }
    return H264VideoStreamFramer::createNew(envir(), file);
  }
};

}  // namespace

int main(int argc, char **argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: live555_server CLIP PORT\n");
    return 2;
  }
  OutPacketBuffer::maxSize = 400000;  // the clip's largest picture, with room
  UsageEnvironment *env = BasicUsageEnvironment::createNew(*BasicTaskScheduler::createNew());
  RTSPServer *server = RTSPServer::createNew(*env, static_cast<portNumBits>(std::atoi(argv[2])));
  if (server == nullptr) {
    std::fprintf(stderr, "%s\n", env->getResultMsg());
    return 1;
  }
  ServerMediaSession *stream = ServerMediaSession::createNew(*env, "stream", "clip", "clip");
  stream->addSubsession(new LoopedSubsession(*env, argv[1]));
  server->addServerMediaSession(stream);
  env->taskScheduler().doEventLoop();
}
