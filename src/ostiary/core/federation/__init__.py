"""What the server does together with other systems that know, or want to know, people."""
