package main

import (
	"context"
	"encoding/json"
	"log"
	"os"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// A kubelet keeps this much of one container's message, and this much of all of a pod's together.
const (
	longestMessage    = 4096
	messagesOfPod     = 12 * 1024
	longestLogMessage = 2048
)

// report writes the pod's status if it changed since the last report.
func (w *worker) report(ctx context.Context, pod *corev1.Pod) {
	status := w.status(pod)
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"uid": pod.UID}, "status": status})
	if err != nil || string(patch) == w.reported {
		return
	}
	_, err = w.node.client.CoreV1().Pods(pod.Namespace).Patch(
		ctx, pod.Name, types.MergePatchType, patch, metav1.PatchOptions{}, "status")
	switch {
	case err == nil:
		w.reported = string(patch)
	case errors.IsNotFound(err), errors.IsConflict(err), ctx.Err() != nil:
		// gone, or another pod of the name: the informer will say
	default:
		log.Printf("cannot report %s: %v", pod.Name, err)
	}
}

func (w *worker) status(pod *corev1.Pod) corev1.PodStatus {
	started := metav1.NewTime(w.started)
	status := corev1.PodStatus{
		StartTime: &started, HostIP: "127.0.0.1", PodIP: "127.0.0.1", PodIPs: []corev1.PodIP{{IP: "127.0.0.1"}},
		HostIPs: []corev1.HostIP{{IP: "127.0.0.1"}}, QOSClass: pod.Status.QOSClass,
	}
	initialized := true
	for _, spec := range pod.Spec.InitContainers {
		one := w.containers[spec.Name]
		done := one.succeeded() || (always(spec) && one.alive())
		initialized = initialized && done
		status.InitContainerStatuses = append(status.InitContainerStatuses, one.status(done, initialized || one.over() || one.alive()))
	}
	ready := initialized
	for _, spec := range pod.Spec.Containers {
		one := w.containers[spec.Name]
		ready = ready && one.alive()
		status.ContainerStatuses = append(status.ContainerStatuses, one.status(one.alive(), initialized))
	}
	status.Phase = w.phase(pod)
	if w.overdue {
		status.Phase = corev1.PodFailed
		status.Reason, status.Message = "DeadlineExceeded", "Pod was active on the node longer than the specified deadline"
	}
	status.Conditions = conditions(started, initialized, ready, status.Phase)
	return status
}

func (w *worker) phase(pod *corev1.Pod) corev1.PodPhase {
	for _, spec := range pod.Spec.InitContainers {
		one := w.containers[spec.Name]
		if one.over() && !one.succeeded() && !always(spec) {
			return corev1.PodFailed
		}
	}
	running, over, failed := 0, 0, 0
	for _, spec := range pod.Spec.Containers {
		one := w.containers[spec.Name]
		switch {
		case one.alive():
			running++
		case one.over():
			over++
			if !one.succeeded() {
				failed++
			}
		}
	}
	switch {
	case over == len(pod.Spec.Containers) && failed > 0:
		return corev1.PodFailed
	case over == len(pod.Spec.Containers):
		return corev1.PodSucceeded
	case running+over == len(pod.Spec.Containers):
		return corev1.PodRunning
	}
	// A container that waits after another has run does not take the pod back to Pending.
	if pod.Status.Phase == corev1.PodRunning {
		return corev1.PodRunning
	}
	return corev1.PodPending
}

func conditions(started metav1.Time, initialized, ready bool, phase corev1.PodPhase) []corev1.PodCondition {
	reason := "ContainersNotReady"
	if phase == corev1.PodSucceeded {
		reason = "PodCompleted"
	}
	made := []corev1.PodCondition{
		{Type: corev1.PodScheduled, Status: corev1.ConditionTrue},
		{Type: corev1.PodInitialized, Status: truth(initialized)},
		{Type: corev1.ContainersReady, Status: truth(ready), Reason: reason},
		{Type: corev1.PodReady, Status: truth(ready), Reason: reason},
	}
	for at := range made {
		made[at].LastTransitionTime = started
		if made[at].Status == corev1.ConditionTrue {
			made[at].Reason = ""
		}
	}
	return made
}

func truth(value bool) corev1.ConditionStatus {
	if value {
		return corev1.ConditionTrue
	}
	return corev1.ConditionFalse
}

func (c *container) status(ready, initialized bool) corev1.ContainerStatus {
	state, image, restarts := c.snapshot()
	if state.Waiting != nil && !initialized {
		state.Waiting = &corev1.ContainerStateWaiting{Reason: "PodInitializing"}
	}
	started := state.Running != nil
	made := corev1.ContainerStatus{
		Name: c.spec.Name, State: state, Ready: ready, RestartCount: restarts, Image: image, Started: &started,
	}
	if state.Waiting == nil {
		made.ImageID, made.ContainerID = image, c.id()
	}
	return made
}

// terminationMessage is what the container left in its message file, cut as a kubelet cuts it.
func (c *container) terminationMessage(code int32) string {
	pod := c.worker.pod
	limit := min(longestMessage, messagesOfPod/(len(pod.Spec.InitContainers)+len(pod.Spec.Containers)))
	text, err := os.ReadFile(filepath.Join(c.dir(), "termination"))
	if err != nil {
		return err.Error()
	}
	if len(text) == 0 && code != 0 && c.spec.TerminationMessagePolicy == corev1.TerminationMessageFallbackToLogsOnError {
		text = lastOfLog(c.logFile(), longestLogMessage)
	}
	if len(text) > limit {
		text = text[:limit]
	}
	return string(text)
}
