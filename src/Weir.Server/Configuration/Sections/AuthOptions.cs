namespace Weir.Server.Configuration.Sections;

/// <summary>Section <c>auth</c>: who may use the HTTP interface.</summary>
public sealed class AuthOptions
{
    private const string Section = "auth";

    /// <summary>The file of tokens, which <c>weir config token</c> writes.</summary>
    public string TokensFile { get; set; } = "/etc/weir/tokens";

    /// <summary>Whether a token is wanted on loopback addresses too.</summary>
    public bool NeedsTokenOnLoopback { get; set; }

    /// <summary>The section's keys.</summary>
    public static IReadOnlyList<ConfigurationKey> Keys { get; } =
    [
        ConfigurationKey.FilePath(
            Section, "tokens_file", "The bearer tokens, hashed; 'weir config token' writes it. Only its owner may read it (mode 0600).",
            (options, path) => options.Auth.TokensFile = path, options => options.Auth.TokensFile),
        ConfigurationKey.Choice(
            Section, "loopback", "open: on loopback addresses no token is needed, and every user of this machine may do everything; token: one is needed there too.",
            ["open", "token"], (options, word) => options.Auth.NeedsTokenOnLoopback = word == "token", options => options.Auth.NeedsTokenOnLoopback ? "token" : "open"),
    ];
}
