package main

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func (c *container) logFile() string { return filepath.Join(c.dir(), "log") }

// keepLog copies what the container prints to its log, each line (or 16 KiB of one) after the time it came.
func (c *container) keepLog(output *os.File) {
	defer output.Close()
	file, err := os.OpenFile(c.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		log.Printf("no log for %s: %v", c.spec.Name, err)
		io.Copy(io.Discard, output)
		return
	}
	defer file.Close()
	reader := bufio.NewReaderSize(output, 16*1024)
	begins := true
	for {
		piece, err := reader.ReadSlice('\n')
		if len(piece) > 0 {
			if begins {
				fmt.Fprintf(file, "%s ", time.Now().UTC().Format(time.RFC3339Nano))
			}
			file.Write(piece)
			begins = piece[len(piece)-1] == '\n'
		}
		if err != nil && err != bufio.ErrBufferFull {
			return
		}
	}
}

func lastOfLog(path string, limit int) []byte {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	var plain bytes.Buffer
	for _, line := range bytes.SplitAfter(text, []byte("\n")) {
		if _, said, ok := bytes.Cut(line, []byte(" ")); ok {
			plain.Write(said)
		}
	}
	said := plain.Bytes()
	return said[max(0, len(said)-limit):]
}

// serveLogs answers the API server's /containerLogs/NAMESPACE/POD/CONTAINER.
func (n *node) serveLogs(port int) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	listener, err := tls.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{certificate}, PrivateKey: key}},
	})
	if err != nil {
		return err
	}
	routes := http.NewServeMux()
	routes.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", n.showLog)
	go func() { log.Print(http.Serve(listener, routes)) }()
	return nil
}

func (n *node) showLog(answer http.ResponseWriter, asked *http.Request) {
	found := n.worker(asked.PathValue("namespace"), asked.PathValue("pod"))
	if found == nil || found.containers[asked.PathValue("container")] == nil {
		http.Error(answer, "no such container here", http.StatusNotFound)
		return
	}
	one := found.containers[asked.PathValue("container")]
	follow := asked.FormValue("follow") == "true"
	for follow && one.waiting() && asked.Context().Err() == nil {
		time.Sleep(50 * time.Millisecond)
	}
	file, err := os.Open(one.logFile())
	if err != nil {
		http.Error(answer, fmt.Sprintf("container %q has not started", one.spec.Name), http.StatusBadRequest)
		return
	}
	defer file.Close()
	if tail, err := strconv.Atoi(asked.FormValue("tailLines")); err == nil {
		skipToLast(file, tail)
	}
	reader := bufio.NewReader(file)
	var kept string
	for asked.Context().Err() == nil {
		over := one.over()
		line, err := reader.ReadString('\n')
		kept += line
		if err == nil || (over && kept != "") {
			io.WriteString(answer, shown(kept, asked))
			kept = ""
		}
		if err == nil {
			continue
		}
		if flusher, ok := answer.(http.Flusher); ok {
			flusher.Flush()
		}
		if !follow || over {
			io.WriteString(answer, shown(kept, asked))
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// shown is the line as asked for: without its time unless timestamps are wanted, nothing if it is too old.
func shown(line string, asked *http.Request) string {
	stamp, said, ok := strings.Cut(line, " ")
	if !ok {
		return ""
	}
	if since := asked.FormValue("sinceTime"); since != "" {
		limit, err := time.Parse(time.RFC3339, since)
		when, wrong := time.Parse(time.RFC3339Nano, stamp)
		if err == nil && wrong == nil && when.Before(limit) {
			return ""
		}
	}
	if asked.FormValue("timestamps") == "true" {
		return line
	}
	return said
}

func skipToLast(file *os.File, lines int) {
	text, err := io.ReadAll(file)
	if err != nil {
		return
	}
	at := len(text)
	if at > 0 && text[at-1] == '\n' {
		at--
	}
	for ; lines > 0 && at >= 0; lines-- {
		at = bytes.LastIndexByte(text[:max(at, 0)], '\n')
	}
	file.Seek(int64(at+1), io.SeekStart)
}
