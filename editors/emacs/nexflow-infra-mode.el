;;; nexflow-infra-mode.el --- Nexflow L5 infrastructure documents  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT OR Apache-2.0
;; Version: 0.1.0
;; Package-Requires: ((emacs "27.1"))
;; Keywords: languages, tools

;;; Commentary:

;; A major mode for `*.infra' documents, and their language server,
;; nexflow-lsp, for eglot (part of Emacs since version 29) and lsp-mode.
;;
;;   (require 'nexflow-infra-mode)
;;   (add-hook 'nexflow-infra-mode-hook #'eglot-ensure)  ; or #'lsp-deferred

;;; Code:

(require 'conf-mode)

(defgroup nexflow-infra nil
  "Nexflow L5 infrastructure documents."
  :group 'languages)

(defcustom nexflow-infra-server '("nexflow-lsp" "--stdio")
  "The language server's program and its arguments."
  :type '(repeat string))

(defcustom nexflow-infra-indent-offset 2
  "Columns of one level of indentation."
  :type 'integer
  :safe #'integerp)

;;; The mode

(defvar nexflow-infra-font-lock-keywords
  `(("\\${\\([^}:\n]*\\)\\(?::-\\([^}\n]*\\)\\)?}"
     (1 font-lock-variable-name-face t)
     (2 font-lock-string-face t t))
    ("\\_<secret://[-A-Za-z0-9_./?=&]+" 0 font-lock-constant-face t)
    (,(concat "\\(?::\\|-\\)[ \t]+\\([0-9]+\\(?:\\.[0-9]+\\)?"
              "\\(?:ms\\|[smhd]\\|[kmg]?b\\|[KMG]?B\\)?\\)[ \t]*\\(?:#.*\\)?$")
     1 font-lock-constant-face)
    (":[ \t]+\\(true\\|false\\|null\\)[ \t]*\\(?:#.*\\)?$" 1 font-lock-constant-face)
    ("^[ \t]*\\(?:-[ \t]+\\)*\\([^][ \t\n#\"'{}&*!|>%@`:][^#\n:]*?\\)[ \t]*:\\(?:[ \t]\\|$\\)"
     1 font-lock-keyword-face t))
  "What is highlighted without the server.")

(defun nexflow-infra--opens-block-p ()
  "Whether the line at point is a key or a dash that nested lines follow."
  (save-excursion
    (beginning-of-line)
    (looking-at-p "[ \t]*\\(?:-[ \t]+\\)*[^#\n]*:[ \t]*\\(?:[|>][-+0-9]*[ \t]*\\)?\\(?:#.*\\)?$")))

(defun nexflow-infra--levels ()
  "The columns that the line at point may have, the likeliest first."
  (save-excursion
    (beginning-of-line)
    (if (not (re-search-backward "^[ \t]*[^ \t\n#]" nil t))
        '(0)
      (let* ((above (current-indentation))
             (first (if (nexflow-infra--opens-block-p)
                        (+ above nexflow-infra-indent-offset)
                      above))
             (levels (list first)))
        (unless (= first above)
          (push above levels))
        (let ((limit above))
          (while (and (> limit 0)
                      (re-search-backward "^[ \t]*[^ \t\n#]" nil t))
            (when (< (current-indentation) limit)
              (setq limit (current-indentation))
              (push limit levels))))
        (nreverse levels)))))

(defun nexflow-infra-indent-line ()
  "Indent the line; called again, go to the next level outwards.
Depth has meaning in these documents, so a line that has one of the
possible depths keeps it the first time."
  (interactive)
  (let* ((levels (nexflow-infra--levels))
         (present (current-indentation))
         (blank (save-excursion (beginning-of-line) (looking-at-p "[ \t]*$")))
         (wanted (cond
                  ((eq this-command last-command)
                   (or (cadr (member present levels)) (car levels)))
                  ((and (not blank) (member present levels)) present)
                  (t (car levels)))))
    (if (<= (current-column) present)
        (indent-line-to wanted)
      (save-excursion (indent-line-to wanted)))))

;;;###autoload
(define-derived-mode nexflow-infra-mode conf-colon-mode "Infra"
  "Major mode for Nexflow L5 infrastructure documents."
  ;; conf-mode's own keywords know neither nesting nor lists.
  (setq-local font-lock-defaults '(nexflow-infra-font-lock-keywords nil nil))
  (setq-local comment-start "# ")
  (setq-local comment-start-skip "#+[ \t]*")
  (setq-local indent-tabs-mode nil)
  (setq-local tab-width nexflow-infra-indent-offset)
  (setq-local indent-line-function #'nexflow-infra-indent-line)
  ;; Pasted text keeps its depth.
  (setq-local electric-indent-inhibit t)
  (setq-local require-final-newline mode-require-final-newline))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.infra\\(?:\\.ya?ml\\)?\\'" . nexflow-infra-mode))

;;; The server

(defvar eglot-server-programs)
(defvar lsp-language-id-configuration)
(declare-function eglot-current-server "eglot")
(declare-function eglot-code-actions "eglot")
(declare-function eglot--TextDocumentPositionParams "eglot")
(declare-function jsonrpc-request "jsonrpc")
(declare-function lsp-activate-on "lsp-mode")
(declare-function lsp-register-client "lsp-mode")
(declare-function lsp-request "lsp-mode")
(declare-function lsp-stdio-connection "lsp-mode")
(declare-function lsp-execute-code-action-by-kind "lsp-mode")
(declare-function lsp--text-document-position-params "lsp-mode")
(declare-function make-lsp-client "lsp-mode")

(defun nexflow-infra--contact (&rest _)
  "The command that starts the server."
  nexflow-infra-server)

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '(nexflow-infra-mode . nexflow-infra--contact)))

(defvar lsp--formatting-indent-alist)

(defvar nexflow-infra--refreshing nil
  "Non-nil while the diagnostics of other buffers are shown anew.")

(defun nexflow-infra--refresh-diagnostics ()
  "Show the newest diagnostics in every document.
An edit in a document changes what is said about those that extend it;
lsp-mode takes the news, but shows them in the current buffer only."
  (unless nexflow-infra--refreshing
    (let ((nexflow-infra--refreshing t)
          (current (current-buffer)))
      (dolist (buffer (buffer-list))
        (with-current-buffer buffer
          (when (and (not (eq buffer current))
                     (derived-mode-p 'nexflow-infra-mode)
                     (bound-and-true-p lsp-managed-mode))
            (run-hooks 'lsp-diagnostics-updated-hook)))))))

(with-eval-after-load 'lsp-mode
  (add-hook 'lsp-diagnostics-updated-hook #'nexflow-infra--refresh-diagnostics)
  ;; What lsp-mode tells the server when it asks for a format.
  (add-to-list 'lsp--formatting-indent-alist '(nexflow-infra-mode . nexflow-infra-indent-offset))
  (add-to-list 'lsp-language-id-configuration '(nexflow-infra-mode . "nexflow-infra"))
  (lsp-register-client
   (make-lsp-client
    :new-connection (lsp-stdio-connection #'nexflow-infra--contact)
    :activation-fn (lsp-activate-on "nexflow-infra")
    :server-id 'nexflow-lsp)))

(defun nexflow-infra--eglot-p ()
  "Whether eglot manages this buffer."
  (and (fboundp 'eglot-current-server) (eglot-current-server) t))

(defun nexflow-infra--request (method params)
  "Send the server's own request METHOD with PARAMS, a property list."
  (cond
   ((nexflow-infra--eglot-p) (jsonrpc-request (eglot-current-server) (intern (concat ":" method)) params))
   ((bound-and-true-p lsp-mode) (lsp-request method params))
   (t (user-error "No language server manages this buffer"))))

(defun nexflow-infra--member (result name)
  "The member NAME of RESULT, whichever form the client decodes it to."
  (cond
   ((hash-table-p result) (gethash name result))
   (t (plist-get result (intern (concat ":" name))))))

(defun nexflow-infra-explain (rule)
  "Explain RULE, a rule's id, in a help buffer; without one the field at point.
Interactively, the rule is asked for, and an empty answer means the field."
  (interactive (list (read-string "Rule (empty: the field at point): ")))
  (let ((result (nexflow-infra--request
                 "nexflow/explain"
                 (if (member rule '(nil ""))
                     (if (nexflow-infra--eglot-p)
                         (eglot--TextDocumentPositionParams)
                       (lsp--text-document-position-params))
                   (list :rule rule)))))
    (unless result
      (user-error "There is neither such a rule nor a field at point"))
    (with-help-window "*nexflow explain*"
      (princ (nexflow-infra--member result "markdown")))))

(defun nexflow-infra-fix-all ()
  "Apply all safe fixes of the document."
  (interactive)
  (if (nexflow-infra--eglot-p)
      (eglot-code-actions (point-min) (point-max) "source.fixAll.nexflow" t)
    (lsp-execute-code-action-by-kind "source.fixAll.nexflow")))

(provide 'nexflow-infra-mode)
;;; nexflow-infra-mode.el ends here
