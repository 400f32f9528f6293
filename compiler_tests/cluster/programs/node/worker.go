package main

import (
	"context"
	"log"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// How long to wait before trying again what failed: a secret that isn't there yet, a claim that isn't bound.
const retryAfter = time.Second

// worker runs one pod. Its loop alone starts containers and reports; others only hand it news.
type worker struct {
	node *node
	dir  string
	wake chan struct{}

	lock    sync.Mutex
	pod     *corev1.Pod
	removed bool

	placed     atomic.Bool
	mounted    bool
	torndown   bool
	containers map[string]*container
	reported   string
	started    time.Time
	overdue    bool
}

func newWorker(n *node, pod *corev1.Pod) *worker {
	made := &worker{
		node: n, dir: filepath.Join(n.dir, "pods", string(pod.UID)), wake: make(chan struct{}, 1),
		pod: pod, containers: map[string]*container{}, started: time.Now(),
	}
	for _, list := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for _, spec := range list {
			made.containers[spec.Name] = newContainer(made, spec)
		}
	}
	return made
}

func (w *worker) podChanged(pod *corev1.Pod, removed bool) {
	w.lock.Lock()
	w.pod, w.removed = pod, w.removed || removed
	w.lock.Unlock()
	w.nudge()
}

func (w *worker) nudge() {
	select {
	case w.wake <- struct{}{}:
	default: // it is going to look anyway
	}
}

func (w *worker) current() (*corev1.Pod, bool) {
	w.lock.Lock()
	defer w.lock.Unlock()
	return w.pod, w.removed
}

func (w *worker) loop(ctx context.Context) {
	defer func() {
		w.killNow()
		w.leavePlace()
		w.node.forget(string(w.pod.UID))
		if err := os.RemoveAll(w.dir); err != nil {
			log.Printf("cannot clean up after %s: %v", w.pod.Name, err)
		}
	}()
	for {
		pod, removed := w.current()
		if removed {
			return
		}
		again := w.advance(ctx, pod)
		w.report(ctx, pod)
		if ended(w.status(pod).Phase) {
			w.tearDown()
		}
		if pod.DeletionTimestamp != nil && !w.anyAlive() {
			w.removePod(ctx, pod)
		}
		var timer <-chan time.Time
		if again {
			timer = time.After(retryAfter)
		}
		select {
		case <-w.wake:
		case <-timer:
		case <-ctx.Done():
			return
		}
	}
}

// tearDown makes room once a pod has ended: its volumes go and another pod may run; its logs stay until it is deleted.
func (w *worker) tearDown() {
	if w.torndown || w.anyAlive() {
		return
	}
	w.torndown = true
	if err := os.RemoveAll(filepath.Join(w.dir, "volumes")); err != nil {
		log.Printf("cannot remove the volumes of %s: %v", w.pod.Name, err)
	}
	w.leavePlace()
}

func (w *worker) leavePlace() {
	if w.placed.CompareAndSwap(true, false) {
		w.node.givePlace()
	}
}

// advance does what can be done now. It says whether to come back without news.
func (w *worker) advance(ctx context.Context, pod *corev1.Pod) bool {
	if w.torndown {
		return false
	}
	if pod.DeletionTimestamp != nil || w.overdue {
		w.stopAll(pod)
		return false
	}
	if limit := pod.Spec.ActiveDeadlineSeconds; limit != nil && time.Since(w.started) > time.Duration(*limit)*time.Second {
		w.overdue = true
		w.stopAll(pod)
		return true
	}
	waits := pod.Spec.ActiveDeadlineSeconds != nil && !w.over()
	if !w.placed.Load() {
		if !w.node.takePlace() {
			return true
		}
		w.placed.Store(true)
	}
	if !w.mounted {
		if err := w.mountVolumes(ctx, pod); err != nil {
			log.Printf("%s waits for its volumes: %v", pod.Name, err)
			return true
		}
		w.mounted = true
	}
	w.refreshDownward(pod)
	for _, spec := range pod.Spec.InitContainers {
		one := w.containers[spec.Name]
		if one.waiting() {
			return one.start(ctx, pod) || waits
		}
		if always(spec) {
			continue
		}
		if !one.succeeded() {
			return waits
		}
	}
	for _, spec := range pod.Spec.Containers {
		one := w.containers[spec.Name]
		one.replaceImage(pod, spec)
		if one.waiting() && one.start(ctx, pod) {
			waits = true
		}
	}
	if w.stepsOver(pod) {
		w.stopSidecars(pod)
	}
	return waits
}

// stepsOver is true when every regular container has ended; init containers that run always are stopped then.
func (w *worker) stepsOver(pod *corev1.Pod) bool {
	for _, spec := range pod.Spec.Containers {
		if !w.containers[spec.Name].over() {
			return false
		}
	}
	return true
}

func (w *worker) stopSidecars(pod *corev1.Pod) {
	for _, spec := range pod.Spec.InitContainers {
		if always(spec) {
			w.containers[spec.Name].stop(w.grace(pod))
		}
	}
}

func (w *worker) stopAll(pod *corev1.Pod) {
	for _, one := range w.containers {
		one.stop(w.grace(pod))
	}
}

func (w *worker) killNow() {
	for _, one := range w.containers {
		one.kill()
	}
}

func (w *worker) over() bool {
	for _, one := range w.containers {
		if !one.over() {
			return false
		}
	}
	return true
}

func (w *worker) anyAlive() bool {
	for _, one := range w.containers {
		if one.alive() {
			return true
		}
	}
	return false
}

// grace is what the pod asks for, cut to what a test has time for.
func (w *worker) grace(pod *corev1.Pod) time.Duration {
	asked := w.node.grace
	for _, seconds := range []*int64{pod.Spec.TerminationGracePeriodSeconds, pod.DeletionGracePeriodSeconds} {
		if seconds != nil {
			asked = min(asked, time.Duration(*seconds)*time.Second)
		}
	}
	return asked
}

func (w *worker) removePod(ctx context.Context, pod *corev1.Pod) {
	now := int64(0)
	err := w.node.client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{
		GracePeriodSeconds: &now, Preconditions: &metav1.Preconditions{UID: &pod.UID},
	})
	if err != nil && !errors.IsNotFound(err) && !errors.IsConflict(err) && ctx.Err() == nil {
		log.Printf("cannot delete %s: %v", pod.Name, err)
	}
}

func always(spec corev1.Container) bool {
	return spec.RestartPolicy != nil && *spec.RestartPolicy == corev1.ContainerRestartPolicyAlways
}
