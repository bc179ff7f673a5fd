"""The page, one module a tab, and the server that carries it beside the endpoint: qa.web.server.serve(Serving(host, port))."""
