"""What Argo Events does with a request, without a cluster: its sources, and Sensors that flowdsl writes."""
