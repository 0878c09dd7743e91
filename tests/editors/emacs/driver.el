;;; driver.el --- lets the tests ask an Emacs that runs in a terminal  -*- lexical-binding: t; -*-

;;; Commentary:

;; Listens on the Unix socket $DRIVER_SOCKET.  A request is one Lisp form
;; in one line; the answer is one line of JSON: its value or its error.

;;; Code:

(require 'json)
(require 'package)

;; Nothing is compiled on the side, and nothing is asked that a person
;; would have answered once and for all.
(setq native-comp-deferred-compilation nil
      native-comp-jit-compilation nil
      native-comp-enable-subr-trampolines nil
      warning-minimum-level :error
      make-backup-files nil
      auto-save-default nil
      create-lockfiles nil
      ring-bell-function #'ignore
      use-short-answers t
      vc-follow-symlinks t)

;; As a person would: the folder is on the load path, the mode is
;; required, and its hook starts the client.
(add-to-list 'load-path (getenv "DRIVER_MODE"))
(require 'nexflow-infra-mode)

(defvar driver-lsp-mode (equal (getenv "DRIVER_CLIENT") "lsp-mode"))

(defvar lsp-auto-guess-root)
(defvar lsp-diagnostics-provider)
(defvar lsp-headerline-breadcrumb-enable)
(defvar lsp-keep-workspace-alive)
(defvar lsp-enable-snippet)
(defvar eglot-confirm-server-initiated-edits)

(if driver-lsp-mode
    (progn
      (load "lsp-mode-autoloads")
      (require 'lsp-mode)
      (setq lsp-auto-guess-root t
            lsp-semantic-tokens-enable t
            lsp-diagnostics-provider :flymake
            lsp-headerline-breadcrumb-enable nil
            lsp-enable-snippet nil)
      (add-hook 'nexflow-infra-mode-hook #'lsp))
  (require 'eglot)
  (add-hook 'nexflow-infra-mode-hook #'eglot-ensure))

(defun driver-answer (process value)
  (process-send-string process (concat (json-encode value) "\n")))

(defun driver-evaluate (process form)
  (condition-case problem
      (with-current-buffer (window-buffer (selected-window))
        (driver-answer process (list :value (eval (read form) t))))
    (error (driver-answer process (list :error (error-message-string problem))))))

(defvar driver-partial "")

(defun driver-filter (process text)
  (setq driver-partial (concat driver-partial text))
  (while (string-match "\n" driver-partial)
    (let ((form (substring driver-partial 0 (match-beginning 0))))
      (setq driver-partial (substring driver-partial (match-end 0)))
      ;; Outside the filter, so that the form may wait for the server.
      (run-at-time 0 nil #'driver-evaluate process form))))

(make-network-process
 :name "driver" :server t :family 'local :service (getenv "DRIVER_SOCKET")
 :coding 'utf-8-unix :noquery t :filter #'driver-filter)

(defun driver-attached ()
  "Whether the server answers for this buffer."
  (if driver-lsp-mode
      (and (bound-and-true-p lsp-managed-mode) (lsp-workspaces) t)
    (and (eglot-current-server) (eglot-managed-p) t)))

(defun driver-place (position)
  "Line and column of POSITION, in characters."
  (save-excursion
    (goto-char position)
    (vector (1- (line-number-at-pos nil t)) (- (point) (line-beginning-position)))))

(defun driver-diagnostics ()
  (flymake-start)
  (vconcat
   (mapcar
    (lambda (one)
      (let ((start (flymake-diagnostic-beg one))
            (end (flymake-diagnostic-end one)))
        (vector (driver-place start) (driver-place end)
                (buffer-substring-no-properties start end)
                (flymake-diagnostic-text one))))
    (sort (flymake-diagnostics)
          (lambda (a b) (< (flymake-diagnostic-beg a) (flymake-diagnostic-beg b)))))))

(defun driver-inlay-hints ()
  (if driver-lsp-mode
      ;; The client asks once Emacs has been idle, which it is not while it is driven.
      (progn (lsp-inlay-hints-mode 1) (lsp-update-inlay-hints (point-min) (point-max)))
    (eglot-inlay-hints-mode 1))
  (redisplay t))

(defun driver-shown-hints ()
  "The texts of the overlays that are no part of the document."
  (redisplay t)
  (vconcat
   (delq nil
         (mapcar (lambda (overlay)
                   (let ((text (or (overlay-get overlay 'before-string) (overlay-get overlay 'after-string))))
                     (and text (not (overlay-get overlay 'flymake-diagnostic)) (substring-no-properties text))))
                 (overlays-in (point-min) (point-max))))))

(defun driver-goto (line column)
  (goto-char (point-min))
  (forward-line line)
  (forward-char column))

(defun driver-complete (typed wanted)
  "Type TYPED at the end of the line, ask for completion, and choose WANTED where there is a choice."
  (end-of-line)
  (dolist (character (append typed nil))
    (let ((last-command-event character))
      (self-insert-command 1)))
  (call-interactively #'completion-at-point)
  (let ((list (get-buffer-window "*Completions*" 0)))
    (when list
      (with-selected-window list
        (goto-char (point-min))
        (re-search-forward (concat "^ *" (regexp-quote wanted) "\\_>"))
        (goto-char (match-end 0))
        (backward-char)
        (choose-completion))))
  (buffer-substring-no-properties (line-beginning-position) (line-end-position)))

(defvar driver-hover nil)

(defun driver-hover ()
  "Ask for what is known about the place; the answer is left in the variable."
  (setq driver-hover nil)
  (if driver-lsp-mode
      (progn
        (lsp-describe-thing-at-point)
        (setq driver-hover (with-current-buffer "*lsp-help*" (buffer-string))))
    (run-hook-with-args-until-success
     'eldoc-documentation-functions
     (lambda (text &rest _) (when text (setq driver-hover (substring-no-properties text)))))))

(defun driver-definition ()
  (let ((xref-prompt-for-identifier nil))
    (call-interactively #'xref-find-definitions)))

(defun driver-references ()
  "The lines of the list of references."
  (let ((xref-prompt-for-identifier nil)
        (xref-auto-jump-to-first-xref nil))
    (call-interactively #'xref-find-references)
    (with-current-buffer "*xref*"
      (buffer-substring-no-properties (point-min) (point-max)))))

(defun driver-outline ()
  "The names of the document's symbols, however deep."
  (let (names)
    (cl-labels ((collect (entry)
                  (when (stringp (car-safe entry))
                    (push (substring-no-properties (car entry)) names)
                    (when (consp (cdr entry))
                      (mapc (lambda (child) (when (consp child) (collect child))) (cdr entry))))))
      (mapc #'collect (funcall imenu-create-index-function)))
    (and names (string-join names "\n"))))

(defun driver-tokens-p ()
  "Whether the client knows semantic tokens."
  (if driver-lsp-mode (fboundp 'lsp-semantic-tokens-mode) (fboundp 'eglot-semantic-tokens-mode)))

(defun driver-token (line column)
  "The faces of the semantic tokens at a place."
  (font-lock-ensure)
  (save-excursion
    (driver-goto line column)
    (let ((faces (get-text-property (point) 'face)))
      (seq-find (lambda (name) (string-match-p "semhl\\|semantic" name))
                (mapcar (lambda (face) (format "%s" face)) (ensure-list faces))))))

(defun driver-rename (name)
  (if driver-lsp-mode (lsp-rename name) (eglot-rename name)))

(defun driver-code-action (title)
  "Choose the action whose title contains TITLE, in place of a person."
  (let ((last-nonmenu-event ?x) ; as by a key: a click would get a menu
        (completing-read-function
         (lambda (_prompt collection &rest _)
           (or (seq-find (lambda (one) (string-match-p (regexp-quote title) one)) (all-completions "" collection))
               (error "No such action among %S" (all-completions "" collection))))))
    (if driver-lsp-mode
        (call-interactively #'lsp-execute-code-action)
      (eglot-code-actions (point) (point) nil t))))

(defun driver-format ()
  (if driver-lsp-mode (lsp-format-buffer) (eglot-format-buffer)))

(provide 'driver)
;;; driver.el ends here
