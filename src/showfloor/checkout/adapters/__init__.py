"""Payment providers, in the words of `checkout`."""
