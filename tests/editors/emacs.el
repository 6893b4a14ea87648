;;; What a user would do in Emacs with eglot, printed as text  -*- lexical-binding: t; -*-
;;
;; Each step is a line `== step' and what came of it.
;;
;; Run as: emacs --batch -l editors/emacs/confiture.el -l tests/editors/emacs.el
;; in the folder of a project; CONFITURE names the program.

(require 'cl-lib)
(require 'eglot)
(require 'flymake)
(require 'project)

(defconst limit 30 "Seconds that a step may take.")

(defun say (step text)
  (princ (format "== %s\n%s\n" step text)))

(defun wait (what condition)
  (let ((end (+ (float-time) limit)))
    (while (not (funcall condition))
      (when (> (float-time) end)
        (say "failed" (concat "waited in vain for " what))
        (kill-emacs 1))
      (accept-process-output nil 0.02))))

(defun found ()
  (let ((lines (mapcar
                (lambda (one)
                  (format "%d %s %s" (line-number-at-pos (flymake-diagnostic-beg one))
                          (flymake-diagnostic-type one)
                          (car (split-string (flymake-diagnostic-text one) "\n"))))
                (flymake-diagnostics))))
    (string-join (sort lines #'string<) "\n")))

(defun at (pattern)
  (goto-char (point-min))
  (re-search-forward pattern)
  (goto-char (match-beginning 0)))

(defun request (method &rest more)
  (jsonrpc-request (eglot-current-server) method
                   (append (eglot--TextDocumentPositionParams) more)))

(defun hover ()
  (let ((answer (request :textDocument/hover)))
    (if answer (plist-get (plist-get answer :contents) :value) "")))

(setq confiture-command (list (getenv "CONFITURE") "lsp"))
(setq eglot-confirm-server-initiated-edits nil)
(setq eglot-sync-connect limit)
(setq eglot-send-changes-idle-time 0)
(setq make-backup-files nil create-lockfiles nil)
;; The folder is a project, whatever it is inside of.
(defconst root default-directory)
(setq project-find-functions (list (lambda (_) (cons 'transient root))))

(find-file "migrations/003_order_reference.up.sql")
(say "mode" (symbol-name major-mode))
(apply #'eglot--connect (eglot--guess-contact))
(wait "the server" #'eglot-current-server)
(unless (bound-and-true-p eglot--managed-mode)
  (eglot--maybe-activate-editing-mode))
(flymake-mode 1)
(flymake-start)
(wait "diagnostics" (lambda () (flymake-diagnostics)))
(say "diagnostics" (found))

(at "orders")
(say "hover over a table" (hover))
(beginning-of-line)
(say "hover over a statement" (hover))

(at "ADD COLUMN")

;; A quick fix, chosen by the title that its user would choose.
(let* ((actions (append (jsonrpc-request
                         (eglot-current-server) :textDocument/codeAction
                         (list :textDocument (eglot--TextDocumentIdentifier)
                               :range (list :start (eglot--pos-to-lsp-position) :end (eglot--pos-to-lsp-position))
                               :context (list :diagnostics []))) nil))
       (titles (mapcar (lambda (one) (plist-get one :title)) actions))
       (fix (cl-find-if (lambda (one) (and (string-match-p "lock_timeout" (plist-get one :title))
                                           (equal (plist-get one :kind) "quickfix")
                                           (plist-get one :edit)))
                        actions)))
  (say "actions" (string-join (sort titles #'string<) "\n"))
  (eglot--apply-workspace-edit (plist-get fix :edit)))
(say "after the quick fix" (buffer-string))
(save-buffer)
(flymake-start)
(wait "diagnostics of the new text"
      (lambda () (let ((now (found)))
                   (and (not (string-empty-p now)) (not (string-match-p "without a lock_timeout" now))))))
(say "diagnostics after the quick fix" (found))

;; A column that is created in one file and used in others.
(find-file (expand-file-name "migrations/001_create_shop.up.sql" root))
(unless (bound-and-true-p eglot--managed-mode)
  (eglot--maybe-activate-editing-mode))
(at "\\_<note\\_>")
;; Eglot asks before it changes files that are not open.
(cl-letf (((symbol-function 'y-or-n-p) (lambda (_) t)))
  (eglot-rename "remark"))
(save-some-buffers t)
(let (lines)
  (dolist (file (directory-files "." t "\\.sql\\'"))
    (with-temp-buffer
      (insert-file-contents file)
      (while (re-search-forward "^.*\\_<\\(?:remark\\|note\\)\\_>.*$" nil t)
        (push (format "%s: %s" (file-name-nondirectory file) (string-trim (match-string 0))) lines))))
  (say "rename" (string-join (nreverse lines) "\n")))

(find-file "003_order_reference.up.sql")
(save-window-excursion (confiture-preview))
(say "preview" (with-current-buffer "*confiture preview*" (buffer-string)))

(say "end" "")
(kill-emacs 0)
