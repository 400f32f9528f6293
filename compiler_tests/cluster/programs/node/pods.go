package main

import (
	"context"
	"log"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

const nodeName = "test-node"

// node knows a worker for every pod it runs, by the pod's UID.
type node struct {
	client   kubernetes.Interface
	dir      string
	binaries string
	grace    time.Duration
	places   chan struct{} // holds an item for each pod that runs

	lock    sync.Mutex
	workers map[string]*worker
}

func (n *node) register(ctx context.Context, port int) error {
	capacity := corev1.ResourceList{
		corev1.ResourceCPU:    resource.MustParse("1000"),
		corev1.ResourceMemory: resource.MustParse("10Ti"),
		corev1.ResourcePods:   resource.MustParse("10000"),
	}
	fresh := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: nodeName, Labels: map[string]string{
		corev1.LabelHostname: nodeName, corev1.LabelOSStable: "linux", corev1.LabelArchStable: "amd64",
	}}}
	created, err := n.client.CoreV1().Nodes().Create(ctx, fresh, metav1.CreateOptions{})
	if errors.IsAlreadyExists(err) {
		created, err = n.client.CoreV1().Nodes().Get(ctx, nodeName, metav1.GetOptions{})
	}
	if err != nil {
		return err
	}
	created.Spec.Taints = nil
	if created, err = n.client.CoreV1().Nodes().Update(ctx, created, metav1.UpdateOptions{}); err != nil {
		return err
	}
	created.Status = corev1.NodeStatus{
		Capacity:        capacity,
		Allocatable:     capacity,
		Addresses:       []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: "127.0.0.1"}},
		DaemonEndpoints: corev1.NodeDaemonEndpoints{KubeletEndpoint: corev1.DaemonEndpoint{Port: int32(port)}},
		Conditions: []corev1.NodeCondition{{
			Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "KubeletReady", LastHeartbeatTime: metav1.Now(),
		}},
	}
	_, err = n.client.CoreV1().Nodes().UpdateStatus(ctx, created, metav1.UpdateOptions{})
	return err
}

func (n *node) podChanged(ctx context.Context, pod *corev1.Pod, deleted bool) {
	if pod.Spec.NodeName == "" {
		if !deleted {
			go n.bind(ctx, pod)
		}
		return
	}
	if pod.Spec.NodeName != nodeName {
		return
	}
	n.lock.Lock()
	defer n.lock.Unlock()
	found := n.workers[string(pod.UID)]
	if found == nil {
		// A pod that ended before this process started has nothing to run.
		if deleted || (ended(pod.Status.Phase) && pod.DeletionTimestamp == nil) {
			return
		}
		found = newWorker(n, pod)
		n.workers[string(pod.UID)] = found
		go found.loop(ctx)
		return
	}
	found.podChanged(pod, deleted)
}

func (n *node) bind(ctx context.Context, pod *corev1.Pod) {
	target := &corev1.Binding{
		ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: pod.Namespace, UID: pod.UID},
		Target:     corev1.ObjectReference{Kind: "Node", Name: nodeName},
	}
	err := n.client.CoreV1().Pods(pod.Namespace).Bind(ctx, target, metav1.CreateOptions{})
	// Every change of an unbound pod asks again, so a second binding is no error.
	if err != nil && !errors.IsConflict(err) && !errors.IsNotFound(err) && ctx.Err() == nil {
		log.Printf("cannot bind %s/%s: %v", pod.Namespace, pod.Name, err)
	}
}

func (n *node) forget(uid string) {
	n.lock.Lock()
	defer n.lock.Unlock()
	delete(n.workers, uid)
}

// takePlace says whether one more pod may run; givePlace is owed for it then.
func (n *node) takePlace() bool {
	select {
	case n.places <- struct{}{}:
		return true
	default:
		return false
	}
}

func (n *node) givePlace() {
	<-n.places
	n.lock.Lock()
	defer n.lock.Unlock()
	for _, each := range n.workers {
		if !each.placed.Load() {
			each.nudge()
		}
	}
}

func (n *node) worker(namespace, name string) *worker {
	n.lock.Lock()
	defer n.lock.Unlock()
	for _, candidate := range n.workers {
		if candidate.pod.Namespace == namespace && candidate.pod.Name == name {
			return candidate
		}
	}
	return nil
}

func (n *node) killAll() {
	n.lock.Lock()
	defer n.lock.Unlock()
	for _, each := range n.workers {
		each.killNow()
	}
}

func ended(phase corev1.PodPhase) bool {
	return phase == corev1.PodSucceeded || phase == corev1.PodFailed
}
