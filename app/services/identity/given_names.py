"""Given names that are names of their own, so that one is never taken for a slip of another: Marina and Martina may be twins."""

from __future__ import annotations

_ALL = """
aaron abbie abdul abigail abraham ada adam adela adelina adriana adrian adriano agata agnes ahmad ahmed aidan aiden aileen aisha alan
alana albert alberta alberto alec alejandra alejandro alena alessandra alessandro alexander alexandra alexia alexis alfonso alfred alfredo
ali alice alicia alina alisa alison allan allen allison alma alvaro alyssa amal amalia amanda amara amber amelia amina amir amira amy ana
anastasia andre andrea andreas andrei andres andrew andrzej andy angel angela angelica angelina angelo anika anita ann anna anne annette
annie anton antonia antonio april ariana ariel armando arnold arthur arturo asha ashley astrid aurelia austin ava barbara beatrice beatriz
belinda ben benjamin bernard bernadette beth betty beverly bianca bill blanca bob bonnie brad bradley brandon brenda brendan brent brett
brian bridget britney brittany bruce bruno bryan caleb calvin camila camille candace carina carl carla carlo carlos carmela carmen carol
carola carolina caroline carolyn carrie casey cassandra catalina catherine cathy cecil cecilia celia celina cesar chad charlene charles
charlotte chelsea cheryl chiara chloe chris christa christian christina christine christopher cindy claire clara clarissa claude claudia
claudio clayton clifford clinton cody colin colleen connie constance corey corina cornelia craig cristian cristina crystal curtis cynthia
dale damian damien dan dana daniel daniela danielle danny daria darius darlene darrell darren daryl dave david dawn dean debbie deborah
debra delia denis denise dennis derek diana diane diego dina dolores dominic dominik dominique don donald donna doris dorothea dorothy
douglas duane dustin dylan earl eddie edgar edith edmund eduard eduardo edward edwin eileen elaine eleanor elena eli elias elijah elisa
elise elizabeth ella ellen elsa elsie emil emilia emilie emilio emily emma enrique eric erica erik erika erin ernest ernesto esther ethan
eugene eugenia eva evan eve evelyn fabian farid fatima faye felicia felipe felix fernanda fernando fiona florence florian frances
francesca francesco francine francis francisca francisco frank franklin fred frederic frederick frieda gabriel gabriela gabriele gabriella
gabrielle gail gary gavin gene genevieve geoffrey george georgia georgina gerald geraldine gerard gerardo gilbert gina giovanni gisela
gladys glenda glenn gloria gordon grace graham grant greg gregor gregory greta guadalupe guillermo gustavo guy hana hanna hannah hans
harold harriet harris harry harvey hassan hazel heather hector heidi helen helena helene henri henrietta henry herbert herman hilda holly
howard hugh hugo hussein ian ibrahim ida ignacio ilona imran ina ines ingrid irena irene irina iris irma isaac isabel isabella isabelle
ismael ivan ivana ivo jack jackie jackson jacob jacqueline jacques jaime jake jakub jamal james jamie jan jana jane janet janice janina
jared jasmine jason javier jay jayden jean jeanette jeanne jeff jeffrey jenna jennie jennifer jenny jeremiah jeremy jerome jerry jesse
jessica jessie jesus jill jim jimmy jo joan joana joann joanna joanne joaquin jocelyn jodi joe joel johan johann johanna john johnny jon
jonas jonathan jordan jorge jose josef josefina joseph josephine joshua joy joyce juan juana juanita judith judy julia julian juliana
julie juliet julio julius june justin justina kai karen karin karina karl karla karol karolina kate katerina katharina katherine kathleen
kathryn kathy katie katja katrina kay kayden kayla keith kelly kelvin ken kendra kenneth kerry kevin khalid kim kimberly kirk klara klaus
kofi kojo kristen kristian kristin kristina kristine kurt kyle kylie lana lance lara larissa larry lars laura lauren laurence laurie
lawrence layla lea leah lee leila lena leo leon leona leonard leonardo leroy leslie lester leticia lewis liam lidia lillian lily lina
linda lindsay lisa liza lloyd logan lois lola lora lorena lorenzo loretta lori lorraine louis louisa louise luca lucas lucia luciana lucie
lucille lucy luis luisa luke luz lydia lynn mabel madeleine madison maggie magdalena mai malik mandy manuel manuela mara marc marcel
marcela marcelo marcia marcin marco marcos marcus margaret margarita maria mariam marian mariana marianne marie mariela marilyn marina
mario marion marisa marisol marius marjorie mark marko marlene marsha marta martha martin martina marvin mary maryam mason mateo mathew
mathias matilda matteo matthew matthias maureen maurice max maxim maximilian may maya megan mei melanie melinda melissa melody mercedes
meredith micaela michael michaela michal micheal michel michele michelle miguel mikael mike milan mildred milena milton mina mindy minnie
mira miranda miriam misty mitchell mohamed mohammad mohammed mohamad moises mona monica monika monique morgan morris muhammad myra nadia
nadine nancy naomi natalia natalie natasha nathan nathaniel neil nellie nelson nicholas nick nicola nicolas nicole nikola nina noah noel
nora norma norman oksana olena olga oliver olivia omar oscar otto pablo paige pamela paola paolo pat patrice patricia patricio patrick
patty paul paula paulette paulina pauline paulo pavel pawel pedro peggy penelope penny perry peter petra philip philippa phillip phyllis
pia pierre piotr priscilla rachel rafael rafaela ralph ramon ramona randall randy raquel raul ray raymond rebecca regina reginald rene
renee rhonda ricardo richard rick rita rob robert roberta roberto robin robyn rochelle rodney rodrigo roger roland roman romana ron ronald
ronnie rosa rosalie rosalind rosana rosario rose rosemarie rosemary roxana roxanne roy ruben ruby russell ruth ryan sabina sabrina sally
salvador sam samantha samir samira samuel sandra sandy santiago sara sarah saul scott sean sebastian serena sergei sergio seth shana shane
shannon sharon shaun shawn sheila shelby shelley sherri sherry shirley sidney silvia silvio simon simona simone sofia sonia sonja sophia
sophie stacey stacy stanley stefan stefania stefanie stella stephan stephanie stephen steve steven stuart sue susan susana susanna susanne
suzanne sven svetlana sylvester sylvia tamara tamika tammy tania tanja tanya tara tatiana taylor ted teresa teri terrance terrence terri
terry thelma theodora theodore theresa therese thomas tiffany tim timothy tina tobias todd tom tomas tomasz tommy toni tony tracey traci
tracy travis trevor tricia troy tyler tyrone ursula valentin valentina valeria valerie vanessa vera verena vernon veronica veronika
vicente vicki victor victoria vincent viola violet virginia vivian viviana vladimir wade walter wanda warren wayne wendy wesley wilfred
wilhelm willa willard william willie wilma xavier yolanda yusuf yuri yvette yvonne zachary zaid zainab zara zoe zofia zuzana
"""
GIVEN_NAMES = frozenset(_ALL.split())
