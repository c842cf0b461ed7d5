using Weir.Server.Configuration.Originals;

namespace Weir.Server.Configuration;

/// <summary>The configuration in effect, and where each value comes from.</summary>
public sealed class EffectiveConfiguration
{
    private readonly Dictionary<string, ConfigurationSource> _sources = [];
    private readonly List<ConfigurationProblem> _problems = [];

    public WeirOptions Options { get; } = new();

    /// <summary>Everything that is wrong, in the order of reading.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems => _problems;

    /// <summary>What was read and has no effect, one sentence each.</summary>
    public IReadOnlyList<string> Notes { get; private set; } = [];

    /// <summary>The log level that an original's file asks for; null when none does.</summary>
    public string? OriginalLogLevel { get; private set; }

    /// <summary>The log file that an original's file names; null when none does.</summary>
    public string? OriginalLogFile { get; private set; }

    /// <summary>Whether an original's file asks for <c>xdel_reaped</c>.</summary>
    public bool OriginalXdelReaped { get; private set; }

    /// <summary>Where the value in effect was written.</summary>
    public ConfigurationSource SourceOf(ConfigurationKey key) => _sources.GetValueOrDefault(key.FullName, ConfigurationSource.Default);

    /// <exception cref="ConfigurationException">Something is wrong.</exception>
    public EffectiveConfiguration ThrowIfInvalid() => _problems.Count == 0 ? this : throw new ConfigurationException(_problems);

    internal void AddProblem(ConfigurationProblem problem) => _problems.Add(problem);

    internal void AddOriginal(OriginalShipperConfiguration original)
    {
        Notes = [.. Notes, .. original.Notes];
        OriginalLogLevel = original.LogLevel ?? OriginalLogLevel;
        OriginalLogFile = original.LogFile ?? OriginalLogFile;
        OriginalXdelReaped |= original.XdelReaped;
    }

    /// <summary>Puts a value over whatever was there.</summary>
    internal void Apply(ConfigurationSetting setting)
    {
        ConfigurationValue value = setting.Value;
        if (ConfigurationSchema.Find(setting.Section, setting.Key) is not { } key)
        {
            AddProblem(new(value.Source, setting.FullKey, ConfigurationSchema.DescribeUnknown(setting.Section, setting.Key)));
            return;
        }

        string? problem = value.IsList && !key.IsList ? "is a list; one value is expected" : key.Apply(Options, value);
        if (problem is null) _sources[key.FullName] = value.Source;
        else AddProblem(new(value.Source, setting.FullKey, problem));
    }

    /// <summary>Looks at what must hold between values, once all are there.</summary>
    internal void Validate()
    {
        foreach ((string key, string problem) in ConfigurationSchema.Validate(Options))
            AddProblem(new(_sources.GetValueOrDefault(key, ConfigurationSource.Default), key, problem));
    }
}
