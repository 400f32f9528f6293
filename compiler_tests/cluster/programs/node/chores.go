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
	"k8s.io/client-go/kubernetes"
)

// chores are what the controller manager of a full cluster would do and pods wait for.
type chores struct {
	client      kubernetes.Interface
	dir         string
	certificate string
}

// claimChanged binds a claim to a folder of this machine. There is no PersistentVolume object behind it.
func (c *chores) claimChanged(ctx context.Context, claim *corev1.PersistentVolumeClaim, deleted bool) {
	folder := filepath.Join(c.dir, "claims", claim.Namespace, claim.Name)
	switch {
	case deleted:
		os.RemoveAll(folder)
		return
	case claim.DeletionTimestamp != nil:
		// Nothing else would take off the finalizer that guards a claim in use.
		c.patch(ctx, claim, map[string]any{"metadata": map[string]any{"finalizers": nil}}, "")
		return
	case claim.Status.Phase == corev1.ClaimBound:
		return
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		log.Printf("cannot make %s: %v", folder, err)
		return
	}
	os.Chmod(folder, 0o777)
	if claim.Spec.VolumeName == "" {
		c.patch(ctx, claim, map[string]any{"spec": map[string]any{"volumeName": "folder-" + string(claim.UID)}}, "")
	}
	c.patch(ctx, claim, map[string]any{"status": map[string]any{
		"phase": corev1.ClaimBound, "accessModes": claim.Spec.AccessModes, "capacity": claim.Spec.Resources.Requests,
	}}, "status")
}

func (c *chores) patch(ctx context.Context, claim *corev1.PersistentVolumeClaim, change map[string]any, part string) {
	text, err := json.Marshal(change)
	if err != nil {
		log.Print(err)
		return
	}
	parts := []string{}
	if part != "" {
		parts = append(parts, part)
	}
	_, err = c.client.CoreV1().PersistentVolumeClaims(claim.Namespace).Patch(
		ctx, claim.Name, types.MergePatchType, text, metav1.PatchOptions{}, parts...)
	if err != nil && !errors.IsNotFound(err) && ctx.Err() == nil {
		log.Printf("cannot change claim %s: %v", claim.Name, err)
	}
}

// namespaceChanged gives a namespace what pods in it mount: the default account and the root certificate.
func (c *chores) namespaceChanged(ctx context.Context, namespace *corev1.Namespace, deleted bool) {
	if deleted || namespace.DeletionTimestamp != nil {
		return
	}
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default"}}
	_, err := c.client.CoreV1().ServiceAccounts(namespace.Name).Create(ctx, account, metav1.CreateOptions{})
	c.told(ctx, err)
	text, err := os.ReadFile(c.certificate)
	c.told(ctx, err)
	root := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "kube-root-ca.crt"}, Data: map[string]string{"ca.crt": string(text)},
	}
	_, err = c.client.CoreV1().ConfigMaps(namespace.Name).Create(ctx, root, metav1.CreateOptions{})
	c.told(ctx, err)
}

func (c *chores) told(ctx context.Context, err error) {
	if err != nil && !errors.IsAlreadyExists(err) && ctx.Err() == nil {
		log.Print(err)
	}
}
