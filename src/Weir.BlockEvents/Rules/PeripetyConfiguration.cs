using Weir.BlockEvents.Rules.Files;

namespace Weir.BlockEvents.Rules;

/// <summary>The rules in a configuration of Peripety, <c>peripetyd.conf</c>: the tables <c>[[collector.regexs]]</c>, in older files <c>[[collector_regexs]]</c>.</summary>
public static class PeripetyConfiguration
{
    /// <summary>Reads the rules; what else stands in the file is not looked at.</summary>
    /// <param name="path">Where it lies, for messages.</param>
    /// <param name="text">What it holds.</param>
    public static RuleFile ReadRules(string path, string text) => RuleTables.Read(path, text, isOriginal: true);
}
