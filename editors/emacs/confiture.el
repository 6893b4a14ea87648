;;; confiture.el --- PostgreSQL migrations: risk, rules and cures -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: languages, sql, tools
;; SPDX-License-Identifier: MIT OR Apache-2.0

;;; Commentary:

;; Registers the language server of Confiture with eglot and with lsp-mode, whichever is loaded, for SQL and for the YAML
;; files that are Confiture's own.  With eglot, which Emacs brings along since version 29:
;;
;;     (require 'confiture)
;;     (add-hook 'sql-mode-hook #'eglot-ensure)
;;     (add-hook 'confiture-yaml-mode-hook #'eglot-ensure)

;;; Code:

(require 'seq)

(defgroup confiture nil
  "PostgreSQL migrations: risk, rules and cures."
  :group 'languages)

(defcustom confiture-command '("confiture" "lsp")
  "The program and its arguments."
  :type '(repeat string))

(defcustom confiture-settings nil
  "What the server is told when it starts, as a property list.
For example (:pgVersion 16 :inlayHints :json-false); the manual's
page on editors lists what there is."
  :type 'plist)

;;;###autoload
(define-derived-mode confiture-yaml-mode
  ;; The parent is the mode for YAML that is there.
  prog-mode "Confiture"
  "Major mode for confiture.yaml, and for migrations in YAML."
  (cond ((fboundp 'yaml-mode) (yaml-mode))
        ((and (fboundp 'yaml-ts-mode) (fboundp 'treesit-ready-p) (treesit-ready-p 'yaml t)) (yaml-ts-mode))
        (t (setq-local comment-start "# ")
           (setq-local indent-tabs-mode nil)))
  (setq major-mode 'confiture-yaml-mode)
  (setq mode-name "Confiture"))

(put 'confiture-yaml-mode 'eglot-language-id "yaml")

;;;###autoload
(progn
  (add-to-list 'auto-mode-alist '("/confiture\\(?:-lint\\)?\\.ya?ml\\'" . confiture-yaml-mode))
  (add-to-list 'auto-mode-alist '("/confiture-migrations/[^/]+\\.ya?ml\\'" . confiture-yaml-mode)))

;;; eglot

(defvar eglot-server-programs)
(declare-function eglot-current-server "eglot")
(declare-function jsonrpc-request "jsonrpc")

(defun confiture--contact (&rest _)
  "What eglot needs to start the server."
  (append confiture-command
          (and confiture-settings (list :initializationOptions confiture-settings))))

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs (cons '(sql-mode confiture-yaml-mode) #'confiture--contact)))

;;; lsp-mode

(defvar lsp-language-id-configuration)
(declare-function lsp-register-client "lsp-mode")
(declare-function make-lsp-client "lsp-mode")
(declare-function lsp-stdio-connection "lsp-mode")
(declare-function lsp-activate-on "lsp-mode")
(declare-function lsp-request "lsp-mode")

(with-eval-after-load 'lsp-mode
  (add-to-list 'lsp-language-id-configuration '(sql-mode . "sql"))
  (add-to-list 'lsp-language-id-configuration '(confiture-yaml-mode . "yaml"))
  (lsp-register-client
   (make-lsp-client
    :server-id 'confiture
    :new-connection (lsp-stdio-connection (lambda () confiture-command))
    :major-modes '(sql-mode confiture-yaml-mode)
    :initialization-options (lambda () confiture-settings)
    ;; Above other servers for SQL, which want a database.
    :priority 1)))

;;; Commands

(defun confiture--execute (command)
  "Have the server execute COMMAND on the file of this buffer, and return its answer."
  (let ((arguments (vector (concat "file://" (url-hexify-string (buffer-file-name) url-path-allowed-chars)))))
    (cond ((and (fboundp 'eglot-current-server) (eglot-current-server))
           (jsonrpc-request (eglot-current-server) :workspace/executeCommand
                            (list :command command :arguments arguments)))
          ((bound-and-true-p lsp-mode)
           (lsp-request "workspace/executeCommand" (list :command command :arguments arguments)))
          (t (user-error "The language server is not at work in this buffer")))))

;;;###autoload
(defun confiture-preview ()
  "Show what the migration in this buffer would do."
  (interactive)
  (let ((page (confiture--execute "confiture.preview")))
    (with-current-buffer (get-buffer-create "*confiture preview*")
      (let ((inhibit-read-only t))
        (erase-buffer)
        (insert page)
        (goto-char (point-min)))
      (cond ((fboundp 'markdown-view-mode) (markdown-view-mode))
            (t (view-mode)))
      (display-buffer (current-buffer)))))

;;;###autoload
(defun confiture-dry-run ()
  "Run the migration in this buffer on a database and take it back."
  (interactive)
  (message "%s" (confiture--execute "confiture.dryRun")))

;;;###autoload
(defun confiture-lint ()
  "Lint the project of this buffer, with findings to jump to."
  (interactive)
  (require 'compile)
  (let ((default-directory (or (locate-dominating-file default-directory "confiture.yaml") default-directory)))
    (compilation-start (concat (shell-quote-argument (car confiture-command)) " lint --color never"))))

(provide 'confiture)
;;; confiture.el ends here
