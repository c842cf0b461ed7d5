using Weir.Hsm;
using Weir.Server.Configuration;

namespace Weir.Server.Tests.Configuration;

public sealed class PrecedenceTests : IDisposable
{
    private readonly ConfigurationDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Without_anything_the_defaults_hold_and_say_so()
    {
        _directory.Write("weir.yaml", "");
        EffectiveConfiguration configuration = _directory.Load().ThrowIfInvalid();
        Assert.Equal(TimeSpan.FromSeconds(20), configuration.Options.Hsm.PollInterval);
        Assert.Equal("default", configuration.SourceOf(Key("poll_interval")).ToString());
    }

    [Fact]
    public void Each_later_layer_wins_and_is_named_as_the_source()
    {
        string main = _directory.Write("weir.yaml", "hsm:\n  poll_interval: 1s\n");
        AssertPollInterval(1, $"{main}:2");
        _directory.Write("weir.d/10-first.yaml", "# of the site\nhsm: { poll_interval: 2s }\n");
        string second = _directory.Write("weir.d/20-second.yaml", "\n\nhsm:\n  poll_interval: 3\n");
        AssertPollInterval(3, $"{second}:4");
        var environment = new Dictionary<string, string> { ["WEIR__HSM__POLL_INTERVAL"] = "4s" };
        AssertPollInterval(4, "environment WEIR__HSM__POLL_INTERVAL", environment);
        var option = new ConfigurationSetting("hsm", "poll_interval", new("5s", ConfigurationSource.Option("--poll-interval")));
        AssertPollInterval(5, "command line --poll-interval", environment, option);
    }

    [Fact]
    public void Only_yaml_files_that_are_not_hidden_are_drop_ins()
    {
        _directory.Write("weir.yaml", "");
        _directory.Write("weir.d/.10-hidden.yaml", "nonsense: [");
        _directory.Write("weir.d/10-site.yaml.bak", "nonsense: [");
        _directory.Write("weir.d/README", "nonsense: [");
        Assert.Empty(_directory.Load().Problems);
    }

    [Fact]
    public void Drop_ins_count_even_where_there_is_no_main_file()
    {
        _directory.Write("weir.d/10-site.yaml", "hsm: { layout: single }");
        EffectiveConfiguration configuration = ConfigurationLoader.Load(_directory.MainFile, new Dictionary<string, string>());
        ConfigurationProblem problem = Assert.Single(configuration.Problems);
        Assert.Equal($"{_directory.MainFile}: there is no such file", problem.ToString());
        Assert.Equal(ActionLayout.Single, configuration.Options.Hsm.Layout);
    }

    [Fact]
    public void The_variable_that_verbs_heed_goes_before_the_general_one_and_may_be_relative()
    {
        _directory.Write("weir.yaml", "feed: { url: 'file:/from/file' }");
        var environment = new Dictionary<string, string> { ["WEIR__FEED__URL"] = "file:/general", ["WEIR_FEED"] = "file:relative" };
        EffectiveConfiguration configuration = _directory.Load(environment).ThrowIfInvalid();
        Assert.Equal(Path.Combine(Environment.CurrentDirectory, "relative"), configuration.Options.Feed.Url.Directory);
    }

    [Fact]
    public void A_list_in_the_environment_is_written_as_in_a_file()
    {
        _directory.Write("weir.yaml", "");
        var environment = new Dictionary<string, string> { ["WEIR__HSM__ACTIONS"] = "[/a/*/hsm/actions, '/b, c/hsm/actions']" };
        Assert.Equal(["/a/*/hsm/actions", "/b, c/hsm/actions"], _directory.Load(environment).ThrowIfInvalid().Options.Hsm.Actions);
    }

    [Theory]
    [InlineData("WEIR__HSM__POLL_INTERVALL", "1s", "section 'hsm' has no key 'poll_intervall'; did you mean 'poll_interval'?")]
    [InlineData("WEIR__HSN__POLL_INTERVAL", "1s", "there is no section 'hsn'; did you mean 'hsm'?")]
    [InlineData("WEIR__POLL_INTERVAL", "1s", "is not of the form WEIR__SECTION__KEY")]
    [InlineData("WEIR__HSM__POLL_INTERVAL", "", "has no value")]
    [InlineData("WEIR__HSM__POLL_INTERVAL", "[1s]", "is a list; one value is expected")]
    [InlineData("WEIR__HSM__ACTIONS", "[/a, ", "starts like a list and is not valid YAML")]
    public void A_wrong_variable_is_named(string name, string value, string message)
    {
        _directory.Write("weir.yaml", "");
        ConfigurationProblem problem = Assert.Single(_directory.Load(new Dictionary<string, string> { [name] = value }).Problems);
        Assert.Equal($"environment {name}", problem.Source.ToString());
        Assert.StartsWith(message, problem.Message);
    }

    private static ConfigurationKey Key(string name) => ConfigurationSchema.Find("hsm", name)!;

    private void AssertPollInterval(
        int seconds, string source, IReadOnlyDictionary<string, string>? environment = null, params ConfigurationSetting[] overrides)
    {
        EffectiveConfiguration configuration = _directory.Load(environment, overrides).ThrowIfInvalid();
        Assert.Equal(TimeSpan.FromSeconds(seconds), configuration.Options.Hsm.PollInterval);
        Assert.Equal(source, configuration.SourceOf(Key("poll_interval")).ToString());
    }
}
