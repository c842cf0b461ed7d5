using Weir.Hsm.Rules;
using Weir.Lustre;
using Weir.Server.Configuration;
using Weir.Server.Hsm;

namespace Weir.Server.Tests.Hsm;

public sealed class RulesFileTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Every_key_of_a_rule_is_read()
    {
        IReadOnlyList<ActionRule> rules = Load(
            """
            rules:
              - name: restores
                on: failed
                actions: [RESTORE, archive]
                mdts: [elm-MDT0000]
                run: [/usr/local/bin/notify, --hsm, "a b"]
                every: 2h
                timeout: 5s
              - on: stuck
                for: 12h
                post: https://ops.example.org/hook
              - { name: storm, on: burst, count: 50, within: 10m, run: /bin/true }
            """);
        Assert.Equal(["restores", "rule2", "storm"], rules.Select(rule => rule.Name));
        Assert.Equal([RuleTrigger.Failed, RuleTrigger.Stuck, RuleTrigger.Burst], rules.Select(rule => rule.On));
        Assert.Equal([HsmAction.Restore, HsmAction.Archive], rules[0].Actions);
        Assert.Equal(["/usr/local/bin/notify", "--hsm", "a b"], rules[0].Run);
        Assert.Equal((TimeSpan.FromHours(2), TimeSpan.FromSeconds(5)), (rules[0].Every, rules[0].Timeout));
        Assert.Equal((TimeSpan.FromHours(12), "https://ops.example.org/hook"), (rules[1].For, rules[1].Post!.ToString()));
        Assert.Equal((50, TimeSpan.FromMinutes(10)), (rules[2].Count, rules[2].Within));
    }

    [Theory]
    [InlineData("rules:\n  - on: sometimes\n    run: /bin/true\n", 2, "'sometimes' is neither failed, stuck nor burst")]
    [InlineData("rules:\n  - on: failed\n    run: notify\n", 3, "'notify' is not the whole path of a program")]
    [InlineData("rules:\n  - on: failed\n    evry: 1h\n    run: /bin/true\n", 3, "is no key of a rule; did you mean 'every'?")]
    [InlineData("rules:\n  - on: failed\n", 2, "does nothing: it has neither 'run' nor 'post'")]
    [InlineData("rules:\n  - run: /bin/true\n", 2, "is missing: failed, stuck or burst")]
    [InlineData("rules:\n  - on: failed\n    post: ftp://x\n", 3, "an http or https URL is expected")]
    [InlineData("rules:\n  - on: failed\n    actions: [EAT]\n    run: /bin/true\n", 3, "'EAT' is no action")]
    [InlineData("rule: []\n", 1, "a mapping with the one key 'rules'")]
    public void What_is_wrong_is_named_with_its_line(string text, int line, string message)
    {
        ConfigurationProblem problem = Assert.Single(Assert.Throws<ConfigurationException>(() => Load(text)).Problems);
        Assert.Equal(line, problem.Source.Line);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    private IReadOnlyList<ActionRule> Load(string text)
    {
        File.WriteAllText(_file, text);
        return RulesFile.Load(_file);
    }
}
