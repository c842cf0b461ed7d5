using System.Collections;
using Weir.Server.Configuration.Yaml;
using Weir.Server.Feeds;

namespace Weir.Server.Configuration;

/// <summary>
/// Puts a configuration together: the file, its drop-ins in name order, the environment, the command line; later wins.
/// Problems are collected in the result, so that one run names all of them.
/// </summary>
public static class ConfigurationLoader
{
    /// <summary>Read when no other file is named. It need not exist.</summary>
    public const string DefaultPath = "/etc/weir/weir.yaml";

    /// <summary>Beside the configuration file; its <c>*.yaml</c> are read after the file.</summary>
    public const string DropInDirectory = "weir.d";

    /// <summary>The drop-ins of the default configuration.</summary>
    public const string DefaultDropIns = "/etc/weir/" + DropInDirectory;

    /// <summary>What the names of variables start with that set a key.</summary>
    public const string VariablePrefix = "WEIR__";

    /// <param name="path">The file; null: the default one, when it exists.</param>
    /// <param name="environment">The variables to look at; names other than <c>WEIR__SECTION__KEY</c> and <c>WEIR_FEED</c> do not matter.</param>
    /// <param name="overrides">What the command line says.</param>
    public static EffectiveConfiguration Load(
        string? path, IEnumerable<KeyValuePair<string, string>> environment, IEnumerable<ConfigurationSetting>? overrides = null)
    {
        var configuration = new EffectiveConfiguration();
        string file = path ?? DefaultPath;
        if (path is not null || File.Exists(file)) ConfigurationFile.Load(file, configuration);
        foreach (string dropIn in FindDropIns(file, configuration)) ConfigurationFile.Load(dropIn, configuration);
        LoadEnvironment(environment, configuration);
        foreach (ConfigurationSetting setting in overrides ?? []) configuration.Apply(setting);
        configuration.Validate();
        return configuration;
    }

    /// <summary>Reads one file and nothing else.</summary>
    public static EffectiveConfiguration LoadFile(string path)
    {
        var configuration = new EffectiveConfiguration();
        ConfigurationFile.Load(path, configuration);
        configuration.Validate();
        return configuration;
    }

    /// <summary>The variables of this process.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables()) variables[(string)entry.Key] = (string?)entry.Value ?? "";
        return variables;
    }

    private static List<string> FindDropIns(string file, EffectiveConfiguration configuration)
    {
        string directory = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, DropInDirectory);
        try
        {
            if (!Directory.Exists(directory)) return [];
            return
            [
                .. Directory.EnumerateFiles(directory, "*.yaml").Where(name => !Path.GetFileName(name).StartsWith('.')).Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            configuration.AddProblem(new(new(directory), "", $"cannot be read: {exception.Message}"));
            return [];
        }
    }

    private static void LoadEnvironment(IEnumerable<KeyValuePair<string, string>> environment, EffectiveConfiguration configuration)
    {
        string? feed = null;
        var named = new List<KeyValuePair<string, string>>();
        foreach (KeyValuePair<string, string> variable in environment)
        {
            if (variable.Key == FeedUrl.Variable && variable.Value.Length > 0) feed = variable.Value;
            if (variable.Key.StartsWith(VariablePrefix, StringComparison.Ordinal)) named.Add(variable);
        }

        foreach ((string name, string text) in named.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            var source = ConfigurationSource.Variable(name);
            string[] words = name[VariablePrefix.Length..].ToLowerInvariant().Split("__");
            if (words.Length != 2)
                configuration.AddProblem(new(source, "", "is not of the form WEIR__SECTION__KEY"));
            else if (ReadVariable(text, source, ConfigurationSchema.Find(words[0], words[1])?.TakesMappings == true, out string problem) is { } value)
                configuration.Apply(new(words[0], words[1], value));
            else
                configuration.AddProblem(new(source, $"{words[0]}.{words[1]}", problem));
        }

        // The variable that every verb heeds is the nearer one. Like --feed it may be relative to where weir is started.
        if (feed is not null) configuration.Apply(FeedSetting(feed, ConfigurationSource.Variable(FeedUrl.Variable)));
    }

    /// <summary>A feed URL from the command line or <c>WEIR_FEED</c>, which may be relative to the current directory.</summary>
    public static ConfigurationSetting FeedSetting(string url, ConfigurationSource source)
    {
        string text = FeedUrl.TryParse(url, out FeedUrl? parsed, out _) ? parsed.ToAbsolute().Text : url;
        return new("feed", "url", new(text, source));
    }

    /// <summary>Plain text, or a list written as YAML does: <c>[a, b]</c>.</summary>
    private static ConfigurationValue? ReadVariable(string text, ConfigurationSource source, bool takesMappings, out string problem)
    {
        problem = "has no value";
        if (text.Length == 0) return null;
        if (!text.StartsWith('[')) return new(text, source);
        try
        {
            return ConfigurationFile.ToValue(YamlDocument.Read(text)!, source, takesMappings, out problem);
        }
        catch (YamlFormatException exception)
        {
            problem = $"starts like a list and {exception.Message}";
            return null;
        }
    }
}
