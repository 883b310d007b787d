"""From stored documents to what requests are served with."""
