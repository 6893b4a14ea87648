; The bodies of functions and DO blocks are PL/pgSQL unless they say otherwise; the server
; parses them by their LANGUAGE clause, editors by this approximation.

((dollar_quoted_string) @injection.content
  (#set! injection.language "plpgsql"))
