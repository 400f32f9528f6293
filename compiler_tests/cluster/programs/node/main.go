// node is a kubelet for tests: it runs the containers of every pod as processes of this machine.
//
// It binds pods to its one node, gives each container a mount namespace of its own (the machine's files below a private
// writable layer, the pod's volumes in their places), and reports status as a kubelet does. It pulls no images: whatever
// image a container names, its command is looked up on this machine. It also does the few chores of a cluster that pods
// wait for: it binds claims to folders and gives each namespace its default account and root certificate.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "enter" {
		enter(os.Args[2])
		return
	}
	// A folder made for a sub-path is open like its volume, on whatever way down it was made.
	syscall.Umask(0)
	kubeconfig := flag.String("kubeconfig", "", "how to reach the API server")
	dir := flag.String("dir", "", "where pods, claims and logs are kept")
	binaries := flag.String("binaries", "", "the folder every container sees at /ko-app")
	certificate := flag.String("root-certificate", "", "the API server's certificate, as PEM")
	port := flag.Int("port", 10250, "where to serve logs")
	grace := flag.Duration("grace", 2*time.Second, "the longest a container is given to end after SIGTERM")
	most := flag.Int("max-pods", 64, "how many pods run at once; others wait as Pending")
	flag.Parse()
	log.SetFlags(log.Ltime | log.Lmicroseconds)

	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	check(err)
	config.QPS, config.Burst = -1, -1
	client, err := kubernetes.NewForConfig(config)
	check(err)
	absolute, err := filepath.Abs(*dir)
	check(err)

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	node := &node{
		client: client, dir: absolute, binaries: *binaries, grace: *grace,
		workers: map[string]*worker{}, places: make(chan struct{}, *most),
	}
	check(node.serveLogs(*port))
	check(node.register(ctx, *port))
	chores := &chores{client: client, dir: absolute, certificate: *certificate}

	// Without a resync period nothing is told twice; watches that break are opened again by client-go itself.
	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods().Informer()
	listen(pods, func(object any, deleted bool) { node.podChanged(ctx, object.(*corev1.Pod), deleted) })
	listen(factory.Core().V1().PersistentVolumeClaims().Informer(), func(object any, deleted bool) {
		chores.claimChanged(ctx, object.(*corev1.PersistentVolumeClaim), deleted)
	})
	listen(factory.Core().V1().Namespaces().Informer(), func(object any, deleted bool) {
		chores.namespaceChanged(ctx, object.(*corev1.Namespace), deleted)
	})
	factory.Start(ctx.Done())
	<-ctx.Done()
	node.killAll()
}

func listen(informer cache.SharedIndexInformer, changed func(object any, deleted bool)) {
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { changed(object, false) },
		UpdateFunc: func(_, object any) { changed(object, false) },
		DeleteFunc: func(object any) {
			if unknown, ok := object.(cache.DeletedFinalStateUnknown); ok {
				object = unknown.Obj
			}
			changed(object, true)
		},
	})
	check(err)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
