package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
)

// writeKey makes the private key that service-account tokens are signed with.
func writeKey(path string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		fail(err.Error())
	}
	content, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		fail(err.Error())
	}
	block := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: content})
	if err := os.WriteFile(path, block, 0o600); err != nil {
		fail(err.Error())
	}
}
