using System.CommandLine;

var root = new RootCommand("The storage event and repair plane.");
var feed = new Command("feed", "x");
var opt = new Option<string>("--feed") { Description = "url" };
feed.Options.Add(opt);
feed.SetAction((r, ct) => { Console.WriteLine(r.GetValue(opt)); return Task.FromResult(0); });
root.Subcommands.Add(feed);
return await root.Parse(args).InvokeAsync();
