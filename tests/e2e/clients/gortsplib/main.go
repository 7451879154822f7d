// SPDX-License-Identifier: Apache-2.0

// Pulls H.264 with gortsplib and writes it as Annex B.
//
//	pull URL udp|tcp|http|multicast|auto PICTURES FILE
//
// A server with TLS (rtsps) need not show a certificate that somebody vouches for.
// Lost packets, undecodable packets and a change of transport are lines on standard error.
package main

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/base"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/gortsplib/v5/pkg/format/rtph264"
	"github.com/pion/rtp"
)

func protocol(name string) *gortsplib.Protocol {
	var p gortsplib.Protocol
	switch name {
	case "udp":
		p = gortsplib.ProtocolUDP
	case "tcp", "http":
		p = gortsplib.ProtocolTCP
	case "multicast":
		p = gortsplib.ProtocolUDPMulticast
	default:
		return nil
	}
	return &p
}

func complain(what string, err error) { fmt.Fprintf(os.Stderr, "%s: %v\n", what, err) }

type puller struct {
	client   gortsplib.Client
	decoder  *rtph264.Decoder
	out      *bufio.Writer
	wanted   int
	received int
	done     chan struct{}
}

func (p *puller) packet(pkt *rtp.Packet) {
	if p.received == p.wanted {
		return
	}
	unit, err := p.decoder.Decode(pkt)
	if errors.Is(err, rtph264.ErrMorePacketsNeeded) {
		return
	}
	if err != nil {
		complain("unit", err)
		return
	}
	for _, nal := range unit {
		p.out.Write([]byte{0, 0, 0, 1})
		p.out.Write(nal)
	}
	p.received++
	if p.received == p.wanted {
		close(p.done)
	}
}

func (p *puller) start(u *base.URL) error {
	if err := p.client.Start(); err != nil {
		return err
	}
	desc, _, err := p.client.Describe(u)
	if err != nil {
		return err
	}
	var h264 *format.H264
	media := desc.FindFormat(&h264)
	if media == nil {
		return errors.New("no H.264 in the description")
	}
	if p.decoder, err = h264.CreateDecoder(); err != nil {
		return err
	}
	if _, err = p.client.Setup(desc.BaseURL, media, 0, 0); err != nil {
		return err
	}
	p.client.OnPacketRTP(media, h264, p.packet)
	_, err = p.client.Play(nil)
	return err
}

func (p *puller) pull(u *base.URL) error {
	defer p.client.Close()
	if err := p.start(u); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- p.client.Wait() }()
	select {
	case <-p.done:
	case err := <-ended:
		return err
	case <-time.After(30 * time.Second):
		return fmt.Errorf("only %d of %d pictures in 30 s", p.received, p.wanted)
	}
	return p.out.Flush()
}

func run(args []string) error {
	if len(args) != 5 {
		return errors.New("usage: pull URL udp|tcp|http|multicast|auto PICTURES FILE")
	}
	u, err := base.ParseURL(args[1])
	if err != nil {
		return err
	}
	wanted, err := strconv.Atoi(args[3])
	if err != nil {
		return err
	}
	file, err := os.Create(args[4])
	if err != nil {
		return err
	}
	defer file.Close()
	p := puller{out: bufio.NewWriter(file), wanted: wanted, done: make(chan struct{})}
	p.client = gortsplib.Client{
		Scheme: u.Scheme, Host: u.Host, Protocol: protocol(args[2]),
		TLSConfig:         &tls.Config{InsecureSkipVerify: true},
		OnPacketsLost:     func(n uint64) { complain("lost packets", fmt.Errorf("%d", n)) },
		OnDecodeError:     func(err error) { complain("packet", err) },
		OnTransportSwitch: func(err error) { complain("switch", err) },
	}
	if args[2] == "http" {
		p.client.Tunnel = gortsplib.TunnelHTTP
	}
	return p.pull(u)
}

func main() {
	if err := run(os.Args); err != nil {
		complain("pull", err)
		os.Exit(1)
	}
}
