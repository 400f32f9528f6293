// controlplane is the part of a Kubernetes cluster that Tekton needs, in one binary:
//
//	controlplane etcd -data DIR -client URL -peer URL
//	controlplane apiserver FLAGS...      (kube-apiserver's own flags)
//	controlplane key FILE                (a fresh key for service-account tokens)
//
// etcd and the API server are the published modules' own code; nothing of it is changed here.
package main

import (
	"fmt"
	"os"

	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	if len(os.Args) < 2 {
		fail("say which part to run: etcd or apiserver")
	}
	part := os.Args[1]
	os.Args = append([]string{part}, os.Args[2:]...)
	switch part {
	case "etcd":
		runEtcd()
	case "apiserver":
		os.Exit(cli.Run(app.NewAPIServerCommand()))
	case "key":
		writeKey(os.Args[1])
	default:
		fail("no such part: " + part)
	}
}

func fail(text string) {
	fmt.Fprintln(os.Stderr, "controlplane:", text)
	os.Exit(2)
}
