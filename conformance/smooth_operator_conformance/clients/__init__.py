"""Clients under test: a scripted server, a driver on stdio, scenarios, mutants of the client."""
