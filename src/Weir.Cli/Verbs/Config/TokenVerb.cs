using System.CommandLine;
using System.Text.Json;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Cli.Terminals;
using Weir.Server.Configuration;
using Weir.Server.Security;

namespace Weir.Cli.Verbs.Config;

/// <summary><c>weir config token</c>: the bearer tokens of the HTTP interface.</summary>
internal sealed class TokenVerb : Verb
{
    public const string Summary = "Add, list and remove the tokens of the HTTP interface.";

    private readonly Argument<string> _action = new("ACTION") { Description = "add, list or remove." };
    private readonly Argument<string?> _name = new("NAME") { Description = "add: who the token is for; remove: its name or its id.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _role = new("--role")
    {
        HelpName = "ROLE",
        Description = "What the token lets its holder do: viewer (read), operator (also register consumers and acknowledge) or admin (everything).",
        DefaultValueFactory = _ => AccessRoles.Name(AccessRole.Viewer),
    };
    private readonly Option<string?> _file = new("--file") { HelpName = "FILE", Description = "The file of tokens (auth.tokens_file; /etc/weir/tokens)." };
    private readonly Option<string?> _config = SharedOptions.Config();
    private readonly Option<bool> _json = SharedOptions.Json();

    public TokenVerb() : base("token", Summary)
    {
        Arguments.Add(_action);
        Arguments.Add(_name);
        foreach (Option option in (Option[])[_role, _file, _config, _json]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Tokens are kept as hashes: the token itself is printed once, when it is made, and cannot be shown again. A running daemon notices a change of the file by itself.",
            "The file is made with mode 0600, and one that others may read is refused.",
        ],
        Examples =
        [
            new("weir config token add grafana --role viewer", "Prints the token, which goes into 'Authorization: Bearer TOKEN'."),
            new("weir config token list", "Id, role, time and name of each."),
            new("weir config token remove grafana", "Its holder is locked out at once."),
        ],
        Environment = ConfigHelp.Environment,
        Files = [new("/etc/weir/tokens", "The tokens."), .. ConfigHelp.Files],
    };

    public override Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        string? name = run.Find(_name);
        string action = run.Get(_action);
        switch (action)
        {
            case "add":
                Add(run, name ?? throw new UsageException("add wants the name of who the token is for"));
                break;
            case "remove":
                Remove(run, name ?? throw new UsageException("remove wants the name or the id of a token"));
                break;
            case "list":
                if (name is not null) throw new UsageException("list takes no name");
                List(run);
                break;
            default:
                throw new UsageException($"'{action}' is not an action; there are add, list and remove");
        }

        return Task.FromResult(ExitCode.Done);
    }

    private void Add(Invocation run, string name)
    {
        if (TokenFile.CheckName(name) is { } problem) throw new UsageException(problem);
        string roleName = run.Get(_role)!;
        if (!AccessRoles.TryParse(roleName, out AccessRole role)) throw new UsageException($"--role: '{roleName}' is none of {string.Join(", ", AccessRoles.Names)}");
        string path = Locate(run);
        IReadOnlyList<Token> tokens = TokenFile.Read(path);
        if (tokens.Any(token => token.Name == name)) throw new IOException($"There is a token '{name}' in {path} already; remove it first, or choose another name.");
        var added = Token.Create(name, role, run.Time.GetUtcNow(), out string text);
        TokenFile.Write(path, [.. tokens, added]);
        if (!run.Get(_json)) run.Out.WriteLine(text);
        else
        {
            using (var json = new Utf8JsonWriter(run.Out, OutputJson.Compact))
            {
                json.WriteStartObject();
                json.WriteString("id", added.Id);
                json.WriteString("name", name);
                json.WriteString("role", roleName);
                json.WriteString("token", text);
                json.WriteEndObject();
            }

            run.Out.EndLine();
        }
    }

    private void Remove(Invocation run, string name)
    {
        string path = Locate(run);
        IReadOnlyList<Token> tokens = TokenFile.Read(path);
        Token[] left = [.. tokens.Where(token => token.Name != name && token.Id != name)];
        if (left.Length == tokens.Count) throw new IOException($"There is no token '{name}' in {path}{Suggestion.Phrase(name, tokens.Select(token => token.Name))}");
        TokenFile.Write(path, left);
    }

    private static readonly string[] Columns = ["ID", "ROLE", "CREATED", "NAME"];

    private void List(Invocation run)
    {
        IReadOnlyList<Token> tokens = TokenFile.Read(Locate(run));
        if (run.Get(_json)) WriteJson(run, tokens);
        else if (tokens.Count > 0)
        {
            var table = new List<string[]> { Columns };
            table.AddRange(tokens.Select(token => new[] { token.Id, AccessRoles.Name(token.Role), $"{token.Created.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}", Printable.Line(token.Name) }));
            TextTable.Write(run.Out, table, []);
        }
    }

    private static void WriteJson(Invocation run, IReadOnlyList<Token> tokens)
    {
        foreach (Token token in tokens)
        {
            using (var json = new Utf8JsonWriter(run.Out, OutputJson.Compact))
            {
                json.WriteStartObject();
                json.WriteString("id", token.Id);
                json.WriteString("name", token.Name);
                json.WriteString("role", AccessRoles.Name(token.Role));
                json.WriteString("created", token.Created.UtcDateTime);
                json.WriteEndObject();
            }

            run.Out.EndLine();
        }
    }

    private string Locate(Invocation run) => run.Get(_file) is { } file
        ? file.Length > 0 ? Path.GetFullPath(file) : throw new UsageException("--file: a path is expected")
        : ConfigurationLoader.Load(run.Get(_config), run.Terminal.Variables).ThrowIfInvalid().Options.Auth.TokensFile;
}
