using System.CommandLine;
using System.Globalization;
using Weir.Cli.Verbs;

namespace Weir.Cli.Help;

/// <summary>The pages that <c>--help</c> prints.</summary>
internal static class HelpPages
{
    public static void WriteProgram(HelpWriter page)
    {
        page.Line("weir - one durable feed of what happens in storage, and the tools that act on it");
        page.Heading("USAGE");
        page.Paragraph("weir GROUP VERB [OPTIONS]");
        foreach (VerbGroup group in VerbTable.Groups)
        {
            page.Heading($"weir {group.Name}: {group.Summary}");
            page.List([.. group.Verbs.Select(Summarize)]);
        }

        if (VerbTable.Singles.Count > 0)
        {
            page.Heading("Other verbs");
            page.List([.. VerbTable.Singles.Select(Summarize)]);
        }

        page.Line();
        page.Line("'weir GROUP VERB --help' explains a verb; 'weir --version' prints the version.");
    }

    public static void WriteGroup(HelpWriter page, VerbGroup group)
    {
        page.Line($"weir {group.Name} - {group.Summary}");
        page.Heading("USAGE");
        page.Paragraph($"weir {group.Name} VERB [OPTIONS]");
        page.Heading("VERBS");
        page.List([.. group.Verbs.Select(Summarize)]);
        page.Line();
        page.Line($"'weir {group.Name} VERB --help' explains a verb.");
    }

    public static void WriteVerb(HelpWriter page, string path, Verb verb)
    {
        VerbHelp help = verb.Help;
        page.Line($"{path} - {verb.Description}");
        page.Heading("USAGE");
        page.Paragraph($"{path}{string.Concat(verb.Arguments.Select(Usage))} [OPTIONS]");
        page.Heading("DESCRIPTION");
        for (int i = 0; i < help.Description.Count; i++)
        {
            if (i > 0) page.Line();
            page.Paragraph(help.Description[i]);
        }

        WriteList("ARGUMENTS", [.. verb.Arguments.Select(argument => new HelpEntry(argument.Name, argument.Description ?? ""))]);
        WriteList("OPTIONS", [.. verb.Options.Where(option => !option.Hidden).Select(Describe)]);
        page.Heading("EXIT STATUS");
        page.List(
        [
            new("0", help.Done), new("1", "failed; standard error says why"), new("2", "the command line was wrong; nothing was done"), .. help.ExitCodes,
        ]);
        WriteList("ENVIRONMENT", help.Environment);
        WriteList("FILES", help.Files);
        page.Heading("EXAMPLES");
        foreach ((string command, string text) in help.Examples)
        {
            page.Line($"  {command}");
            page.Paragraph($"  {text}");
        }

        void WriteList(string heading, IReadOnlyList<HelpEntry> entries)
        {
            if (entries.Count == 0) return;
            page.Heading(heading);
            page.List(entries);
        }
    }

    private static HelpEntry Summarize(VerbEntry verb) => new(verb.Name, verb.Summary);

    private static string Usage(Argument argument)
    {
        string name = argument.Arity.MaximumNumberOfValues > 1 ? argument.Name + "…" : argument.Name;
        return argument.Arity.MinimumNumberOfValues == 0 ? $" [{name}]" : $" {name}";
    }

    private static HelpEntry Describe(Option option)
    {
        IEnumerable<string> names = new[] { option.Name }.Concat(option.Aliases).OrderBy(name => name.Length);
        bool takesValue = option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool);
        string term = string.Join(", ", names) + (takesValue ? $" {option.HelpName ?? "VALUE"}" : "");
        string text = option.Description ?? "";
        if (option.HasDefaultValue && takesValue && option.GetDefaultValue() is { } value)
            text += $" Default: {Convert.ToString(value, CultureInfo.InvariantCulture)}.";
        if (option.Required) text += " Required.";
        return new(term, text);
    }
}
