{
  lib,
  stdenvNoCC,
  fetchurl,
  installShellFiles,
}:
let
  sources = {
    x86_64-linux = {
      # Linked to nothing, so that it runs without the loader of other distributions.
      file = "{{archive alpine-x64}}";
      sha256 = "{{sha256 alpine-x64}}";
    };
    aarch64-darwin = {
      file = "{{archive darwin-arm64}}";
      sha256 = "{{sha256 darwin-arm64}}";
    };
    x86_64-darwin = {
      file = "{{archive darwin-x64}}";
      sha256 = "{{sha256 darwin-x64}}";
    };
  };
  source = sources.${stdenvNoCC.hostPlatform.system};
in
stdenvNoCC.mkDerivation {
  pname = "nexflow-lsp";
  version = "{{version}}";
  src = fetchurl {
    url = "{{downloads}}/${source.file}";
    inherit (source) sha256;
  };
  sourceRoot = ".";
  nativeBuildInputs = [ installShellFiles ];
  installPhase = ''
    install -Dm755 nexflow-lsp $out/bin/nexflow-lsp
    installManPage man/*.1
    installShellCompletion --bash completions/nexflow-lsp --zsh completions/_nexflow-lsp --fish completions/nexflow-lsp.fish
  '';
  meta = {
    description = "{{description}}";
    homepage = "{{repository}}";
    license = [
      lib.licenses.mit
      lib.licenses.asl20
    ];
    mainProgram = "nexflow-lsp";
    platforms = builtins.attrNames sources;
    sourceProvenance = [ lib.sourceTypes.binaryNativeCode ];
  };
}
